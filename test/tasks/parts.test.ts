import { beforeAll, describe, expect, it } from 'vitest';
import { run } from '../support/run.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { createTask, seedProject, seedTasks } from './support.ts';

const addDependency = `mutation ($task: ID!, $on: ID!) {
  addTaskDependency(input: { taskId: $task, dependsOnId: $on }) { task { dependsOn { totalCount nodes { id } } } }
}`;
const addItem = `mutation ($input: CreateChecklistItemInput!) { createChecklistItem(input: $input) { checklistItem { id } } }`;

describe('parts of a task', async () => {
  const server = await world();
  let company: Company;
  let manager: Member;
  let member: Member;
  let project: string;
  beforeAll(async () => {
    company = await server.company();
    [manager, member] = await Promise.all([company.as('MANAGER'), company.as('MEMBER')]);
    project = await seedProject(company);
  });

  const seed = async (count: number) => (await seedTasks(company, project, count)).map((id) => `Task:${id}`);

  describe('dependencies', () => {
    const depend = (task: string, on: string) => manager.graphql(addDependency, { task, on });

    it('are readable from both sides, and can be removed', async () => {
      const [a, b] = (await seed(2)) as [string, string];
      expect((await depend(a, b)).data.addTaskDependency.task.dependsOn).toEqual({ totalCount: 1, nodes: [{ id: b }] });
      expect((await depend(a, b)).errors).toEqual([]);
      const { removeTaskDependency } = await manager.ok(
        `mutation ($task: ID!, $on: ID!) {
          removeTaskDependency(input: { taskId: $task, dependsOnId: $on }) {
            task { dependsOn { totalCount } }
            dependsOn { blocks { totalCount } }
          }
        }`,
        { task: a, on: b },
      );
      expect(removeTaskDependency).toEqual({
        task: { dependsOn: { totalCount: 0 } },
        dependsOn: { blocks: { totalCount: 0 } },
      });
    });

    it('never form a cycle', async () => {
      const [a, b, c] = (await seed(3)) as [string, string, string];
      await depend(a, b);
      await depend(b, c);
      for (const [task, on] of [
        [c, a],
        [b, a],
        [a, a],
      ] as const) {
        expect((await depend(task, on)).errors).toMatchObject([{ extensions: { code: 'CYCLE' } }]);
      }
    });

    it('never form a cycle when created concurrently', async () => {
      const ring = await seed(8);
      const results = await Promise.all(ring.map((task, i) => depend(task, ring[(i + 1) % ring.length]!)));
      expect(results.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code))).toEqual(['CYCLE']);
    });

    it('keep a task from being finished, by whatever mutation, unless they are ignored', async () => {
      const [a, b, c] = (await seed(3)) as [string, string, string];
      await depend(a, b);
      await depend(a, c);
      const done = { id: a, status: 'DONE' };
      const refusal = { code: 'INVALID_STATE', field: 'input.status', openDependencies: 2 };
      expect(await run(manager, 'updateTask', done)).toMatchObject(refusal);
      expect(await run(manager, 'moveTask', done)).toMatchObject(refusal);
      const bulk = { tasks: [done] };
      expect(await run(manager, 'updateTasks', bulk)).toMatchObject({
        code: 'INVALID_STATE',
        field: 'input.tasks.0.status',
      });
      await run(manager, 'moveTask', { id: b, status: 'DONE' });
      expect(await run(manager, 'moveTask', done)).toMatchObject({ ...refusal, openDependencies: 1 });
      const ignored = await run(manager, 'moveTask', { ...done, ignoreDependencies: true }, 'task { status }');
      expect(ignored).toEqual({ task: { status: 'DONE' } });
      // What is finished may change otherwise, and be finished again once nothing is open
      expect(await run(manager, 'updateTask', { ...done, name: 'Done' })).toEqual({ lastEventId: expect.any(String) });
      await run(manager, 'moveTask', { id: c, status: 'DONE' });
      await run(manager, 'updateTask', { id: a, status: 'TODO' });
      expect(await run(manager, 'updateTask', done, 'task { status }')).toEqual({ task: { status: 'DONE' } });
    });

    it('filter tasks by their dependencies', async () => {
      const [a, b] = (await seed(2)) as [string, string];
      await depend(a, b);
      const { data, statements } = await manager.graphql(
        `query ($ids: [ID!]) {
          tasks(where: { id: { in: $ids }, dependsOn: { status: { ne: DONE } } }) {
            nodes { id dependsOn { totalCount nodes { id } } blocks { totalCount } }
          }
        }`,
        { ids: [a, b] },
      );
      expect(data.tasks.nodes).toEqual([
        { id: a, dependsOn: { totalCount: 1, nodes: [{ id: b }] }, blocks: { totalCount: 0 } },
      ]);
      expect(statements.length).toBe(1);
    });
  });

  describe('comments', () => {
    it('are edited and deleted by their author or a moderator', async () => {
      const taskId = await createTask(manager, { projectId: `Project:${project}`, name: 'Discussed' });
      const add =
        'mutation ($taskId: ID!) { createTaskComment(input: { taskId: $taskId, content: "Hello" }) { taskComment { id editedAt author { id } } } }';
      const { taskComment: comment } = (await member.ok(add, { taskId })).createTaskComment;
      expect(comment).toMatchObject({ editedAt: null, author: { id: `Profile:${member.profileId}` } });
      const edit = (who: Member, content: string) =>
        who.graphql(
          'mutation ($id: ID!, $content: String!) { updateTaskComment(input: { id: $id, content: $content }) { taskComment { content editedAt version } } }',
          { id: comment.id, content },
        );
      expect((await edit(member, 'Hello!\n\n- you')).data.updateTaskComment.taskComment).toMatchObject({
        content: 'Hello!\n\n- you',
        editedAt: expect.any(String),
        version: 2,
      });
      expect((await edit(await company.member('MEMBER'), 'Ha')).errors).toMatchObject([
        { extensions: { code: 'FORBIDDEN' } },
      ]);
      expect((await edit(manager, 'Moderated')).errors).toEqual([]);
      const stale = await member.graphql(
        'mutation ($id: ID!) { deleteTaskComment(input: { id: $id, expectedVersion: 2 }) { deletedId } }',
        { id: comment.id },
      );
      expect(stale.errors).toMatchObject([{ extensions: { code: 'STALE_VERSION', current: { version: 3 } } }]);
      const { deleteTaskComment } = await member.ok(
        'mutation ($id: ID!) { deleteTaskComment(input: { id: $id }) { deletedId task { comments { totalCount } } } }',
        { id: comment.id },
      );
      expect(deleteTaskComment).toEqual({ deletedId: comment.id, task: { comments: { totalCount: 0 } } });
    });
  });

  describe('the checklist', () => {
    it('can be extended, checked off, ordered and cleared', async () => {
      const taskId = await createTask(manager, { projectId: `Project:${project}`, name: 'In steps' });
      const add = async (name: string, afterId?: string) =>
        (await manager.ok(addItem, { input: { taskId, name, afterId } })).createChecklistItem.checklistItem
          .id as string;
      const one = await add('one');
      const three = await add('three');
      await add('two', one);
      const { moveChecklistItem } = await manager.ok(
        'mutation ($id: ID!, $beforeId: ID) { moveChecklistItem(input: { id: $id, beforeId: $beforeId }) { task { checklist { nodes { name } } } } }',
        { id: three, beforeId: one },
      );
      const names = moveChecklistItem.task.checklist.nodes.map(({ name }: { name: string }) => name);
      expect(names).toEqual(['three', 'one', 'two']);
      await manager.ok(
        'mutation ($id: ID!) { updateChecklistItem(input: { id: $id, isDone: true }) { checklistItem { isDone } } }',
        {
          id: one,
        },
      );
      for (const verb of ['move', 'delete']) {
        const title = verb === 'move' ? 'Move' : 'Delete';
        const { errors } = await manager.graphql(
          `mutation ($input: ${title}ChecklistItemInput!) { ${verb}ChecklistItem(input: $input) { task { id } } }`,
          { input: { id: one, expectedVersion: 1 } },
        );
        expect(errors).toMatchObject([{ extensions: { code: 'STALE_VERSION' } }]);
      }
      const { deleteChecklistItem } = await manager.ok(
        `mutation ($id: ID!) {
          deleteChecklistItem(input: { id: $id }) {
            deletedId
            task { checklist(where: { isDone: { eq: true } }) { totalCount nodes { name } } }
          }
        }`,
        { id: three },
      );
      expect(deleteChecklistItem).toEqual({
        deletedId: three,
        task: { checklist: { totalCount: 1, nodes: [{ name: 'one' }] } },
      });
    });

    it('keeps all items that are added concurrently', async () => {
      const taskId = await createTask(manager, { projectId: `Project:${project}`, name: 'Crowded' });
      const adding = Array.from({ length: 20 }, (_, i) =>
        manager.graphql(addItem, { input: { taskId, name: `${i}` } }),
      );
      expect((await Promise.all(adding)).flatMap(({ errors }) => errors)).toEqual([]);
      const { node } = await manager.ok(
        'query ($id: ID!) { node(id: $id) { ... on Task { checklist(first: 100) { totalCount nodes { position } } } } }',
        { id: taskId },
      );
      const ranks = node.checklist.nodes.map(({ position }: { position: string }) => position);
      expect(node.checklist.totalCount).toBe(20);
      expect(new Set(ranks).size).toBe(20);
      expect(ranks).toEqual(ranks.toSorted());
    });
  });
});
