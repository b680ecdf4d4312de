import { beforeAll, describe, expect, it } from 'vitest';
import type { Viewer } from '../../src/identity/viewer.ts';
import { updateTask } from '../../src/modules/tasks/update-task.ts';
import { logOf, viewerOf } from '../events/support.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { createTask, moveTask, seedProject } from './support.ts';

const deleteTask = 'mutation ($id: ID!) { deleteTask(input: { id: $id }) { deletedId } }';

const uuidOf = (id: string): string => id.slice(id.indexOf(':') + 1);

describe('visibility of tasks', async () => {
  const server = await world();
  let company: Company;
  let manager: Member;
  let member: Member;
  let client: Member;
  let shared: string;
  let internal: string;
  let personal: string;
  beforeAll(async () => {
    company = await server.company();
    [manager, member, client] = await Promise.all([company.as('MANAGER'), company.as('MEMBER'), company.as('CLIENT')]);
    const ofClient = await seedProject(company, { contactId: client.profileId });
    shared = await createTask(manager, { projectId: `Project:${ofClient}`, name: 'Shared', type: 'CLIENT' });
    internal = await createTask(manager, { projectId: `Project:${await seedProject(company)}`, name: 'Internal' });
    personal = await createTask(manager, { name: 'Personal' });
    await manager.ok(
      'mutation ($id: ID!) { createTaskComment(input: { taskId: $id, content: "note" }) { taskComment { id } } }',
      {
        id: internal,
      },
    );
  });

  const names = async (who: Member) =>
    (await who.ok('{ tasks(orderBy: [{ field: NAME }]) { totalCount nodes { name } } }')).tasks;

  it('covers everything but the personal tasks of others', async () => {
    expect(await names(manager)).toEqual({
      totalCount: 3,
      nodes: [{ name: 'Internal' }, { name: 'Personal' }, { name: 'Shared' }],
    });
    const seen = { totalCount: 2, nodes: [{ name: 'Internal' }, { name: 'Shared' }] };
    expect(await names(member)).toEqual(seen);
    expect(await names(await company.as('OWNER'))).toEqual(seen);
  });

  it('includes the assignee of a personal task', async () => {
    const id = await createTask(manager, { name: 'For you', assigneeId: `Profile:${member.profileId}` });
    expect((await member.ok('query ($id: ID!) { node(id: $id) { ... on Task { name type } } }', { id })).node).toEqual({
      name: 'For you',
      type: 'PERSONAL',
    });
    await manager.ok(deleteTask, { id });
  });

  it('is limited to the projects of its clients for a CLIENT, on every path', async () => {
    const { tasks, projects, profiles, ...nodes } = await client.ok(
      `query ($internal: ID!, $personal: ID!) {
        tasks { totalCount nodes { name } }
        projects { nodes { tasks { totalCount nodes { name } } } }
        profiles { nodes { tasks { totalCount } } }
        internal: node(id: $internal) { id }
        personal: node(id: $personal) { id }
      }`,
      { internal, personal },
    );
    expect(tasks).toEqual({ totalCount: 1, nodes: [{ name: 'Shared' }] });
    expect(projects.nodes).toEqual([{ tasks: { totalCount: 1, nodes: [{ name: 'Shared' }] } }]);
    expect(profiles.nodes.every((profile: { tasks: { totalCount: number } }) => profile.tasks.totalCount === 0)).toBe(
      true,
    );
    expect(nodes).toEqual({ internal: null, personal: null });
  });

  it('hides the comments and checklists of hidden tasks', async () => {
    const { tasks } = await manager.ok(
      'query ($id: ID!) { tasks(where: { id: { eq: $id } }) { nodes { comments { nodes { id } } } } }',
      { id: internal },
    );
    const comment = tasks.nodes[0].comments.nodes[0].id;
    const read = 'query ($id: ID!) { node(id: $id) { ... on TaskComment { content } } }';
    expect((await manager.ok(read, { id: comment })).node).toEqual({ content: 'note' });
    expect((await client.ok(read, { id: comment })).node).toBeNull();
  });

  it('includes deletions for the people concerned', async () => {
    const projectId = `Project:${await seedProject(company)}`;
    const open = await createTask(manager, { projectId, name: 'Open' });
    const own = await createTask(manager, { name: 'Own' });
    const commented = await manager.ok(
      'mutation ($id: ID!) { createTaskComment(input: { taskId: $id, content: "x" }) { taskComment { id } } }',
      { id: internal },
    );
    const comment = commented.createTaskComment.taskComment.id;
    for (const id of [open, own]) await manager.ok(deleteTask, { id });
    await manager.ok('mutation ($id: ID!) { deleteTaskComment(input: { id: $id }) { deletedId } }', { id: comment });
    const ofThese = [open, own, comment].map((resource) => ({ resource }));
    const gone = { where: { action: { contains: '.deleted' }, or: ofThese } };
    const toldTo = async (who: Member, count: number) =>
      (await logOf(who, count, gone)).edges.map(({ node }) => node.resourceId);
    expect(await toldTo(manager, 3)).toEqual([open, own, comment]);
    expect(await toldTo(member, 2)).toEqual([open, comment]);
  });

  it('treats hidden tasks like unknown ones, in mutations too', async () => {
    const unknown = 'Task:00000000-0000-7000-8000-000000000000';
    const attempts = [
      (id: string) => member.graphql(moveTask, { input: { id, status: 'DONE' } }),
      (id: string) =>
        member.graphql('mutation ($id: ID!) { updateTask(input: { id: $id, name: "x" }) { task { id } } }', { id }),
      (id: string) =>
        member.graphql(
          'mutation ($id: ID!) { createTaskComment(input: { taskId: $id, content: "x" }) { task { id } } }',
          {
            id,
          },
        ),
      (id: string) =>
        member.graphql(
          'mutation ($a: ID!, $id: ID!) { addTaskDependency(input: { taskId: $a, dependsOnId: $id }) { task { id } } }',
          { a: internal, id },
        ),
      (id: string) => member.graphql(moveTask, { input: { id: internal, afterId: id } }),
    ];
    for (const attempt of attempts) {
      const [hidden, missing] = [await attempt(personal), await attempt(unknown)];
      expect(hidden.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
      expect(hidden.errors).toEqual(missing.errors);
    }
  });

  it('lets a CLIENT change nothing', async () => {
    const { errors } = await client.graphql(moveTask, { input: { id: shared, status: 'DONE' } });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it('lets a CLIENT who may write tasks assign only people of its projects', async () => {
    const viewer = await viewerOf(client);
    const writer: Viewer = { ...viewer, permissions: new Set([...viewer.permissions, 'task:write']) };
    const assign = (assigneeId: string) =>
      server.app.binding.write(company.tenant, (tx) => updateTask(tx, writer, { id: uuidOf(shared), assigneeId }));
    const stranger = (await company.member('CONSULTANT')).profileId;
    await expect(assign(stranger)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      details: { field: 'input.assigneeId' },
    });
    await expect(assign(client.profileId)).resolves.toEqual({ id: uuidOf(shared) });
  });

  it('ends at the organization', async () => {
    const stranger = await (await server.company('Other')).as('OWNER');
    const { errors } = await stranger.graphql(moveTask, { input: { id: shared, status: 'DONE' } });
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
  });
});
