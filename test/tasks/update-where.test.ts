import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { settledLog } from '../events/support.ts';
import { createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { createTask } from './support.ts';

const selection = 'count tasks { name status priority } warnings { code } lastEventId';

describe('updateTasksWhere', async () => {
  const server = await world();
  let company: Company;
  let manager: Member;
  let member: Member;
  beforeAll(async () => {
    company = await server.company();
    [manager, member] = await Promise.all([company.as('MANAGER'), company.as('MEMBER')]);
  });

  const update = (by: Member, input: object) => run(by, 'updateTasksWhere', input, selection);
  const inProject = (projectId: string) => ({ projectId: { eq: projectId } });
  async function projectWith(...names: string[]): Promise<{ projectId: string; ids: string[] }> {
    const projectId = await createProject(manager);
    const ids: string[] = [];
    for (const name of names) ids.push(await createTask(manager, { projectId, name }));
    return { projectId, ids };
  }
  const statuses = async (projectId: string): Promise<string[]> =>
    (
      await manager.ok('query ($where: TaskFilter) { tasks(first: 100, where: $where) { nodes { status } } }', {
        where: inProject(projectId),
      })
    ).tasks.nodes.map(({ status }: { status: string }) => status);

  it('changes what matches, with an event for each, and what it previewed', async () => {
    const { projectId, ids } = await projectWith('One', 'Two', 'Other');
    const where = { ...inProject(projectId), or: [{ name: { eq: 'One' } }, { name: { eq: 'Two' } }] };
    const change = { priority: 'URGENT', status: 'IN_PROGRESS' };
    expect(await update(member, { where, change, preview: true })).toEqual({
      ...{ count: 2, tasks: [], warnings: [], lastEventId: null },
    });
    expect(await update(member, { where, change, expectedCount: 3 })).toMatchObject({
      ...{ code: 'INVALID_STATE', field: 'input.expectedCount', count: 2 },
    });
    const done = { status: 'IN_PROGRESS', priority: 'URGENT' };
    expect(await update(member, { where, change, expectedCount: 2 })).toEqual({
      count: 2,
      tasks: [
        { name: 'One', ...done },
        { name: 'Two', ...done },
      ],
      ...{ warnings: [], lastEventId: expect.any(String) },
    });
    await settledLog(company);
    const log = 'query ($id: ID!) { events(where: { resource: $id }) { nodes { action } } }';
    const logs = await Promise.all(ids.map(async (id) => (await manager.ok(log, { id })).events.nodes.length));
    expect(logs).toEqual([2, 2, 1]);
    expect(await update(member, { where, change })).toMatchObject({ count: 2, lastEventId: null });
  });

  it('changes no more than its limit, and never everything', async () => {
    const { projectId } = await projectWith('One', 'Two', 'Three');
    const change = { status: 'DONE' };
    const where = inProject(projectId);
    expect(await update(manager, { where, change, limit: 2 })).toMatchObject({
      ...{ code: 'INVALID_STATE', field: 'input.where', count: 3 },
    });
    for (const limit of [0, 501])
      expect(await update(manager, { where, change, limit })).toMatchObject({
        code: 'BAD_INPUT',
        field: 'input.limit',
      });
    expect(await update(manager, { where: {}, change })).toMatchObject({ code: 'BAD_INPUT', field: 'input.where' });
    expect(await statuses(projectId)).toEqual(['TODO', 'TODO', 'TODO']);
    expect(await update(manager, { where, change, limit: 3 })).toMatchObject({ count: 3 });
  });

  it('changes nothing if a rule forbids one of the changes, and names the task and the argument', async () => {
    const { projectId, ids } = await projectWith('First', 'Waits', 'Last');
    await run(manager, 'addTaskDependency', { taskId: ids[1], dependsOnId: ids[2] });
    const where = { ...inProject(projectId), name: { ne: 'Last' } };
    const change = { status: 'DONE' };
    expect(await update(manager, { where, change })).toMatchObject({
      ...{ code: 'INVALID_STATE', field: 'input.change.status', task: ids[1], openDependencies: 1 },
    });
    expect(await statuses(projectId)).toEqual(['TODO', 'TODO', 'TODO']);
    expect(await update(manager, { where, change: { ...change, ignoreDependencies: true } })).toMatchObject({
      count: 2,
    });
  });

  it('reaches only what the viewer sees and may change', async () => {
    const hidden = await createProject(manager, { visibility: 'MEMBERS' });
    await createTask(manager, { projectId: hidden, name: 'Secret' });
    const change = { status: 'DONE' };
    const where = { name: { eq: 'Secret' } };
    expect(await update(member, { where, change })).toMatchObject({ count: 0, tasks: [] });
    expect(await update(member, { where, change, preview: true })).toMatchObject({ count: 0 });
    expect(await update(await company.as('CLIENT'), { where, change })).toMatchObject({ code: 'FORBIDDEN' });
    expect(await statuses(hidden)).toEqual(['TODO']);
    expect(await update(manager, { where: { id: { eq: 'Project:x' } }, change })).toMatchObject({ code: 'BAD_INPUT' });
  });

  it('changes exactly the tasks that the same filter lists', async () => {
    const { projectId } = await projectWith('a', 'b', 'ab', 'ba');
    const part = fc.record({ name: fc.record({ contains: fc.constantFrom('a', 'b', 'ab') }) });
    const filter = fc.oneof(
      part,
      fc.record({ not: part }),
      fc.record({ or: fc.array(part, { maxLength: 2 }) }),
      fc.record({ and: fc.array(part, { minLength: 1, maxLength: 2 }) }),
    );
    let hue = 0;
    const check = async (some: object) => {
      const where = { and: [inProject(projectId), some] };
      const color = `#${String(++hue).padStart(6, '0')}`;
      const list = 'query ($where: TaskFilter) { tasks(where: $where) { totalCount nodes { color } } }';
      const { tasks } = await manager.ok(list, { where });
      expect(await update(manager, { where, change: { color } })).toMatchObject({ count: tasks.totalCount });
      const after = await manager.ok(list, { where: inProject(projectId) });
      const painted = after.tasks.nodes.filter((task: { color: string }) => task.color === color);
      expect(painted).toHaveLength(tasks.totalCount);
    };
    await fc.assert(fc.asyncProperty(filter, check), { numRuns: 30 });
  });
});
