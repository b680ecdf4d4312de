import { beforeAll, describe, expect, it } from 'vitest';
import { settledLog } from '../events/support.ts';
import { createProfile, createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { createTask } from './support.ts';

describe('people of a task', async () => {
  const server = await world();
  let company: Company;
  let manager: Member;
  let member: Member;
  let consultant: Member;
  let projectId: string;
  beforeAll(async () => {
    company = await server.company();
    [manager, member] = await Promise.all([company.as('MANAGER'), company.as('MEMBER')]);
    consultant = await company.as('CONSULTANT');
    projectId = await createProject(manager, { visibility: 'MEMBERS' });
  });

  const idOf = ({ profileId }: Member) => `Profile:${profileId}`;
  const add = (taskId: string, who: string, role = 'ASSIGNEE', by = manager) =>
    run(by, 'createTaskMember', { taskId, profileId: who, role }, 'taskMember { id } lastEventId');
  const sees = async (who: Member, id: string) =>
    (await who.ok('query ($id: ID!) { node(id: $id) { id } }', { id })).node !== null;

  it('work on it with its main assignee, or watch it; only the former see it thereby', async () => {
    const taskId = await createTask(manager, { projectId, name: 'Shared work', assigneeId: idOf(manager) });
    expect(await sees(consultant, taskId)).toBe(false);
    await add(taskId, idOf(consultant), 'WATCHER');
    expect(await sees(consultant, taskId)).toBe(false);
    const { taskMember } = await add(taskId, idOf(consultant));
    const { data, statements } = await consultant.graphql(
      `query ($me: ID!) {
        tasks(where: { some: { members: { profileId: { eq: $me }, role: { eq: ASSIGNEE } } } }) {
          nodes { name assignee { id } members(orderBy: { field: CREATED_AT }) { nodes { role profile { id } } } }
        }
      }`,
      { me: idOf(consultant) },
    );
    expect(data.tasks.nodes).toEqual([
      {
        name: 'Shared work',
        assignee: { id: idOf(manager) },
        members: {
          nodes: [
            { role: 'WATCHER', profile: { id: idOf(consultant) } },
            { role: 'ASSIGNEE', profile: { id: idOf(consultant) } },
          ],
        },
      },
    ]);
    expect(statements).toHaveLength(1);
    await run(manager, 'deleteTaskMember', { id: taskMember.id });
    expect(await sees(consultant, taskId)).toBe(false);
  });

  it('are told by the changes when they begin and cease to see it', async () => {
    const taskId = await createTask(manager, { projectId, name: 'Comes and goes' });
    await settledLog(company);
    let after = (await consultant.ok('{ changes { cursor } }')).changes.cursor;
    const changes = async () => {
      await settledLog(company);
      const { changes } = await consultant.ok(
        'query ($after: String) { changes(after: $after, types: ["Task"]) { cursor changed { node { id } } removed { id } } }',
        { after },
      );
      after = changes.cursor;
      return [changes.changed.map(({ node }: { node: { id: string } }) => node.id), changes.removed];
    };
    const { taskMember } = await add(taskId, idOf(consultant));
    expect(await changes()).toEqual([[taskId], []]);
    await run(manager, 'deleteTaskMember', { id: taskMember.id });
    expect(await changes()).toEqual([[], [{ id: taskId }]]);
  });

  it('are each there once in a role, and not besides being the main assignee', async () => {
    const taskId = await createTask(manager, { projectId, name: 'Once', assigneeId: idOf(manager) });
    const { taskMember } = await add(taskId, idOf(member));
    expect(await add(taskId, idOf(member))).toMatchObject({ code: 'ALREADY_EXISTS', field: 'input.profileId' });
    expect(await add(taskId, idOf(manager))).toMatchObject({ code: 'INVALID_STATE', field: 'input.profileId' });
    await run(manager, 'updateTask', { id: taskId, assigneeId: idOf(member) });
    await settledLog(company);
    const log = 'query ($id: ID!) { events(where: { resource: $id }) { nodes { action } } }';
    expect((await manager.ok(log, { id: taskMember.id })).events.nodes).toEqual([
      { action: 'taskMember.created' },
      { action: 'taskMember.deleted' },
    ]);
    expect(await add(taskId, idOf(manager))).toMatchObject({ lastEventId: expect.any(String) });
  });

  it('work for the organization: no CLIENT, no contact of a client, nobody at a PERSONAL task', async () => {
    const taskId = await createTask(manager, { projectId, name: 'Staff only' });
    const refused = { code: 'INVALID_STATE', field: 'input.profileId' };
    const client = await company.as('CLIENT');
    const contactId = await createProfile(manager);
    await run(manager, 'createClient', { name: 'Theirs', contactId });
    for (const role of ['ASSIGNEE', 'WATCHER']) {
      expect(await add(taskId, idOf(client), role)).toMatchObject(refused);
      expect(await add(taskId, contactId, role)).toMatchObject(refused);
    }
    expect(await add(taskId, idOf(member), 'WATCHER', client)).toMatchObject({ code: 'FORBIDDEN' });
    const personal = await createTask(manager, { name: 'Mine' });
    expect(await add(personal, idOf(member))).toMatchObject({ code: 'INVALID_STATE', field: 'input.taskId' });
    await add(personal, idOf(member), 'WATCHER');
    expect(await sees(member, personal)).toBe(false);
  });

  it('are at most fifty of one role, also when they come at once', async () => {
    const taskId = await createTask(manager, { projectId, name: 'Crowd' });
    const people = await Promise.all(Array.from({ length: 54 }, () => createProfile(manager)));
    const taskMembers = people.slice(0, 48).map((profileId) => ({ taskId, profileId, role: 'WATCHER' }));
    expect(await run(manager, 'createTaskMembers', { taskMembers })).toMatchObject({ lastEventId: expect.any(String) });
    const answers = await Promise.all(people.slice(48).map((profileId) => add(taskId, profileId, 'WATCHER')));
    expect(answers.filter(({ code }) => code === undefined)).toHaveLength(2);
    expect(answers.flatMap(({ code }) => code ?? [])).toEqual(Array(4).fill('INVALID_STATE'));
  });

  it('filter tasks by some, none or every one of them', async () => {
    const own = await createProject(manager);
    const [both, one, none] = await Promise.all(
      ['Both', 'One', 'None'].map((name) => createTask(manager, { projectId: own, name })),
    );
    await add(both!, idOf(member), 'WATCHER');
    await add(both!, idOf(consultant), 'WATCHER');
    await add(one!, idOf(member), 'WATCHER');
    expect(none).toBeDefined();
    const found = async (quantifier: string) => {
      const members = { profileId: { eq: idOf(member) } };
      const { data, statements } = await manager.graphql(
        'query ($where: TaskFilter) { tasks(where: $where, orderBy: { field: NAME }) { nodes { name } } }',
        { where: { projectId: { eq: own }, [quantifier]: { members } } },
      );
      expect(statements).toHaveLength(1);
      return data.tasks.nodes.map(({ name }: { name: string }) => name);
    };
    expect(await found('some')).toEqual(['Both', 'One']);
    expect(await found('none')).toEqual(['None']);
    expect(await found('every')).toEqual(['None', 'One']);
  });
});
