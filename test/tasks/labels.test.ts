import { beforeAll, describe, expect, it } from 'vitest';
import { settledLog } from '../events/support.ts';
import { createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { createTask, seedProject } from './support.ts';

describe('labels', async () => {
  const server = await world();
  let company: Company;
  let manager: Member;
  let member: Member;
  let projectId: string;
  beforeAll(async () => {
    company = await server.company();
    [manager, member] = await Promise.all([company.as('MANAGER'), company.as('MEMBER')]);
    projectId = await createProject(manager);
  });

  const label = async (input: object, who = manager): Promise<string> =>
    (await run(who, 'createLabel', { color: '#1f6feb', ...input }, 'label { id }')).label.id;
  const set = (input: object, who = member) =>
    run(who, 'setTaskLabels', input, 'task { labels { totalCount nodes { name } } } lastEventId');
  const names = (answer: { task: { labels: { nodes: { name: string }[] } } }) =>
    answer.task.labels.nodes.map(({ name }) => name);
  const actions = async (resource: string) => {
    await settledLog(company);
    const log = 'query ($id: ID!) { events(where: { resource: $id }) { nodes { action } } }';
    const { nodes } = (await manager.ok(log, { id: resource })).events;
    return nodes.map(({ action }: { action: string }) => action);
  };

  it('have names that are unique regardless of case, in a project or in the organization', async () => {
    await label({ name: 'Bug' });
    const taken = { code: 'ALREADY_EXISTS', field: 'input.name' };
    expect(await run(manager, 'createLabel', { name: 'BUG', color: '#fff' })).toMatchObject(taken);
    const own = await label({ name: 'bug', projectId });
    expect(await run(manager, 'createLabel', { name: 'Bug', color: '#fff', projectId })).toMatchObject(taken);
    await label({ name: 'Bug', projectId: await createProject(manager) });
    const other = await label({ name: 'Idea', projectId });
    expect(await run(manager, 'updateLabel', { id: other, name: ' BUG ' })).toMatchObject(taken);
    expect(await actions(own)).toEqual(['label.created']);
  });

  it('of the organization need project:write, those of a project only task:write', async () => {
    const name = 'Written by a member';
    expect(await run(member, 'createLabel', { name, color: '#fff' })).toMatchObject({ code: 'FORBIDDEN' });
    const own = await label({ name, projectId }, member);
    expect(await run(member, 'updateLabel', { id: own, color: '#000' })).toEqual({ lastEventId: expect.any(String) });
    const general = await label({ name });
    expect(await run(member, 'updateLabel', { id: general, color: '#000' })).toMatchObject({ code: 'FORBIDDEN' });
    expect(await run(member, 'deleteLabel', { id: general })).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('are set, added and removed by one mutation, each with its event', async () => {
    const taskId = await createTask(member, { projectId, name: 'Marked' });
    const [a, b, c] = [await label({ name: 'A' }), await label({ name: 'B' }), await label({ name: 'C', projectId })];
    expect(names(await set({ taskId, labelIds: [b, a, a] }))).toEqual(['A', 'B']);
    expect(names(await set({ taskId, addLabelIds: [c, b], removeLabelIds: [a] }))).toEqual(['B', 'C']);
    expect(await set({ taskId, addLabelIds: [c] })).toMatchObject({ lastEventId: null });
    expect(names(await set({ taskId, labelIds: [a] }))).toEqual(['A']);
    expect(names(await set({ taskId, labelIds: [] }))).toEqual([]);
    const [added, removed] = ['task.labelAdded', 'task.labelRemoved'];
    expect(await actions(taskId)).toEqual([
      ...['task.created', added, added, removed, added],
      ...[removed, removed, added, removed],
    ]);
    expect(await set({ taskId, labelIds: [a], addLabelIds: [b] })).toMatchObject({
      ...{ code: 'BAD_INPUT', field: 'input.labelIds' },
    });
  });

  it('of other projects, and those that the viewer does not see, cannot be added', async () => {
    const taskId = await createTask(manager, { projectId, name: 'Elsewhere' });
    const hidden = await createProject(manager, { visibility: 'MEMBERS' });
    const secret = await label({ name: 'Secret', projectId: hidden });
    const seen = await label({ name: 'Seen' });
    const add = { taskId, addLabelIds: [seen, secret] };
    expect(await set(add)).toMatchObject({ code: 'NOT_FOUND', field: 'input.addLabelIds.1' });
    expect(await set(add, manager)).toMatchObject({ code: 'BAD_INPUT', field: 'input.addLabelIds.1' });
    expect(await set({ taskId, removeLabelIds: [secret] })).toMatchObject({
      ...{ code: 'NOT_FOUND', field: 'input.removeLabelIds.0' },
    });
    expect(await set({ taskId, labelIds: Array(51).fill(seen) })).toMatchObject({ code: 'BAD_INPUT' });
  });

  it('that the viewer does not see stay when all are set', async () => {
    const hidden = await createProject(manager, { visibility: 'MEMBERS' });
    const assigneeId = `Profile:${member.profileId}`;
    const taskId = await createTask(manager, { projectId: hidden, name: 'Alone', assigneeId });
    const [secret, seen] = [await label({ name: 'Kept', projectId: hidden }), await label({ name: 'Common' })];
    expect(names(await set({ taskId, labelIds: [secret, seen] }, manager))).toEqual(['Common', 'Kept']);
    expect(names(await set({ taskId, labelIds: [] }))).toEqual([]);
    expect(names(await set({ taskId }, manager))).toEqual(['Kept']);
  });

  it('are at most fifty on a task', async () => {
    const taskId = await createTask(manager, { projectId, name: 'Full' });
    const labels = Array.from({ length: 51 }, (_, n) => ({
      ...{ externalReference: `full-${n}`, name: `Full ${n}`, color: '#123456', projectId },
    }));
    await run(manager, 'upsertLabels', { rows: labels });
    const ids = labels.map(({ externalReference }) => `Label:ref:${externalReference}`);
    expect((await set({ taskId, labelIds: ids.slice(0, 50) })).task.labels.totalCount).toBe(50);
    expect(await set({ taskId, addLabelIds: ids.slice(49) })).toMatchObject({ code: 'INVALID_STATE' });
    expect((await set({ taskId, addLabelIds: ids.slice(50), removeLabelIds: [ids[0]] })).task.labels.totalCount).toBe(
      50,
    );
  });

  it('filter tasks, and are filtered by them, in one statement', async () => {
    const own = await createProject(manager);
    const [one, two] = [
      await createTask(manager, { projectId: own, name: 'One' }),
      await createTask(manager, { projectId: own, name: 'Two' }),
    ];
    const [red, blue] = [await label({ name: 'Red', projectId: own }), await label({ name: 'Blue', projectId: own })];
    await set({ taskId: one, labelIds: [red, blue] });
    await set({ taskId: two, labelIds: [blue] });
    const { data, statements } = await member.graphql(
      `query ($own: ID!, $red: ID!) {
        red: tasks(where: { labels: { id: { eq: $red } } }) { nodes { name } }
        without: tasks(where: { projectId: { eq: $own }, not: { labels: { name: { startsWith: "re" } } } }) { nodes { name } }
        blue: labels(where: { tasks: { name: { eq: "Two" } } }) { nodes { name tasks { totalCount } } }
        projects(where: { id: { eq: $own } }) { nodes { labels(orderBy: { field: NAME, direction: DESC }) { nodes { name } } } }
      }`,
      { own, red },
    );
    expect(data).toEqual({
      red: { nodes: [{ name: 'One' }] },
      without: { nodes: [{ name: 'Two' }] },
      blue: { nodes: [{ name: 'Blue', tasks: { totalCount: 2 } }] },
      projects: { nodes: [{ labels: { nodes: [{ name: 'Red' }, { name: 'Blue' }] } }] },
    });
    expect(statements).toHaveLength(1);
  });

  it('of a project leave a task that moves to another one; those of the organization stay', async () => {
    const [from, to] = [await createProject(manager), await createProject(manager)];
    const taskId = await createTask(manager, { projectId: from, name: 'Moves' });
    const part = await createTask(manager, { parentId: taskId, name: 'Part' });
    const [own, general] = [await label({ name: 'Own', projectId: from }), await label({ name: 'General' })];
    for (const id of [taskId, part]) await set({ taskId: id, labelIds: [own, general] });
    const away = await createTask(manager, { projectId: from, name: 'Away' });
    await set({ taskId: away, labelIds: [own] });
    await run(manager, 'updateTask', { id: taskId, projectId: to });
    for (const id of [taskId, part]) {
      expect(names(await set({ taskId: id }))).toEqual(['General']);
      expect((await actions(id)).at(-1)).toBe('task.labelRemoved');
    }
    // What moves while the label is in the trash has left it too
    await run(manager, 'deleteLabel', { id: own });
    await run(manager, 'updateTask', { id: away, projectId: to });
    expect(await run(manager, 'restoreLabel', { id: own }, 'label { name tasks { totalCount } }')).toEqual({
      label: { name: 'Own', tasks: { totalCount: 0 } },
    });
  });

  it('go to the trash and come back to their tasks', async () => {
    const taskId = await createTask(manager, { projectId, name: 'Comes back' });
    const id = await label({ name: 'Back' });
    await set({ taskId, labelIds: [id] });
    await run(manager, 'deleteLabel', { id });
    expect(names(await set({ taskId }))).toEqual([]);
    await run(manager, 'restoreLabel', { id });
    expect(names(await set({ taskId }))).toEqual(['Back']);
  });

  it('of its projects are all that a CLIENT sees', async () => {
    const client = await company.as('CLIENT');
    const shared = `Project:${await seedProject(company, { contactId: client.profileId })}`;
    const taskId = await createTask(manager, { projectId: shared, name: 'Shared', type: 'CLIENT' });
    const [own, general] = [await label({ name: 'Ours', projectId: shared }), await label({ name: 'Internal' })];
    await set({ taskId, labelIds: [own, general] }, manager);
    expect(
      await client.ok('{ labels { nodes { name } } tasks { nodes { labels { totalCount nodes { name } } } } }'),
    ).toEqual({
      labels: { nodes: [{ name: 'Ours' }] },
      tasks: { nodes: [{ labels: { totalCount: 1, nodes: [{ name: 'Ours' }] } }] },
    });
    expect(await client.ok('{ tasks(where: { labels: { name: { eq: "Internal" } } }) { totalCount } }')).toEqual({
      tasks: { totalCount: 0 },
    });
    expect(await set({ taskId, labelIds: [] }, client)).toMatchObject({ code: 'FORBIDDEN' });
  });
});
