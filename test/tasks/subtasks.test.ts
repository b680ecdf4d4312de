import { beforeAll, describe, expect, it } from 'vitest';
import { mostLevels } from '../../src/modules/tasks/subtasks.ts';
import { settledLog } from '../events/support.ts';
import { run } from '../support/run.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { createTask, seedProject } from './support.ts';

describe('subtasks', async () => {
  const server = await world();
  let company: Company;
  let owner: Member;
  let member: Member;
  let projectId: string;
  let elsewhere: string;
  beforeAll(async () => {
    company = await server.company();
    [owner, member] = await Promise.all([company.as('OWNER'), company.as('MEMBER')]);
    [projectId, elsewhere] = (await Promise.all([seedProject(company), seedProject(company)])).map(
      (id) => `Project:${id}`,
    ) as [string, string];
  });

  const task = (input: object = {}) => createTask(member, { name: 'Task', ...input });
  const root = (input: object = {}) => task({ projectId, ...input });
  const chain = async (length: number): Promise<string[]> => {
    const ids = [await root()];
    while (ids.length < length) ids.push(await task({ parentId: ids.at(-1) }));
    return ids;
  };
  const read = async (id: string, selection: string, who = member) =>
    (await who.ok(`query ($id: ID!) { node(id: $id) { ... on Task { ${selection} } } }`, { id })).node;
  const progress = async (id: string) => (await read(id, 'progress')).progress;

  it('get project and type from their parent, and are read from both sides', async () => {
    const parentId = await root({ type: 'CLIENT' });
    const [a, b] = [await task({ parentId }), await task({ parentId, projectId, type: 'PROJECT' })];
    expect(await read(parentId, 'parent { id } subtasks { totalCount nodes { id type project { id } } }')).toEqual({
      parent: null,
      subtasks: {
        totalCount: 2,
        nodes: [
          { id: a, type: 'CLIENT', project: { id: projectId } },
          { id: b, type: 'PROJECT', project: { id: projectId } },
        ],
      },
    });
    expect(await read(a, 'parent { id }')).toEqual({ parent: { id: parentId } });
    const found = await member.ok('query ($of: ID!) { tasks(where: { parentId: { eq: $of } }) { totalCount } }', {
      of: parentId,
    });
    expect(found.tasks.totalCount).toBe(2);
  });

  it('are on the board of their parent', async () => {
    const parentId = await root();
    const refusal = { code: 'BAD_INPUT', field: 'input.parentId' };
    expect(await run(member, 'createTask', { name: 'Far', projectId: elsewhere, parentId })).toMatchObject(refusal);
    expect(await run(member, 'createTask', { name: 'Own', type: 'PERSONAL', parentId })).toMatchObject(refusal);
    const own = await createTask(owner, { name: 'Personal' });
    expect(await run(member, 'createTask', { name: 'Part', parentId: own })).toMatchObject({
      code: 'NOT_FOUND',
      field: 'input.parentId',
    });
  });

  it('never form a cycle, and have a bounded number of levels', async () => {
    const ids = await chain(mostLevels);
    expect(await run(member, 'updateTask', { id: ids[0], parentId: ids[2] })).toMatchObject({ code: 'CYCLE' });
    expect(await run(member, 'updateTask', { id: ids[0], parentId: ids[0] })).toMatchObject({ code: 'CYCLE' });
    const tooDeep = { code: 'INVALID_STATE', field: 'input.parentId' };
    expect(await run(member, 'createTask', { name: 'Deep', parentId: ids.at(-1) })).toMatchObject(tooDeep);
    expect(await run(member, 'updateTask', { id: ids[0], parentId: await root() })).toMatchObject(tooDeep);
  });

  it('never form a cycle when changed concurrently', async () => {
    const ring = await Promise.all(Array.from({ length: 5 }, () => root()));
    const results = await Promise.all(
      ring.map((id, place) => run(member, 'updateTask', { id, parentId: ring[(place + 1) % ring.length] })),
    );
    expect(results.flatMap(({ code }) => code ?? [])).toEqual(['CYCLE']);
  });

  it('give their parent its progress, until it is DONE itself', async () => {
    const top = await root();
    expect(await progress(top)).toBe(0);
    const [a, b] = [await task({ parentId: top }), await task({ parentId: top })];
    const inner = [await task({ parentId: a }), await task({ parentId: a, status: 'DONE' })];
    expect([await progress(a), await progress(b), await progress(inner[1]!), await progress(top)]).toEqual([
      50, 0, 100, 33,
    ]);
    const selection = 'task { progress } warnings { code count }';
    expect(await run(member, 'moveTask', { id: a, status: 'DONE' }, selection)).toEqual({
      task: { progress: 100 },
      warnings: [{ code: 'OPEN_SUBTASKS', count: 1 }],
    });
    expect(await progress(top)).toBe(50);
    expect(await run(member, 'updateTask', { id: b, status: 'DONE' }, selection)).toEqual({
      task: { progress: 100 },
      warnings: [],
    });
    expect(await progress(top)).toBe(100);
  });

  it('follow their parent to another project, and leave it when they go alone', async () => {
    const [top, middle, last] = (await chain(3)) as [string, string, string];
    await run(member, 'updateTask', { id: top, projectId: elsewhere });
    const place = 'project { id } parent { id }';
    expect(await read(last, place)).toEqual({ project: { id: elsewhere }, parent: { id: middle } });
    await run(member, 'updateTask', { id: middle, projectId });
    expect(await read(middle, place)).toEqual({ project: { id: projectId }, parent: null });
    expect(await read(last, place)).toEqual({ project: { id: projectId }, parent: { id: middle } });
  });

  it('go to the trash with their parent, each with its event, and come back with it', async () => {
    const [top, middle, last] = (await chain(3)) as [string, string, string];
    await run(owner, 'deleteTask', { id: top });
    expect(await read(last, 'id')).toBeNull();
    await settledLog(owner.company);
    const { events } = await owner.ok(
      '{ events(order: NEWEST_FIRST, first: 3, where: { action: { eq: "task.deleted" } }) { nodes { resourceId } } }',
    );
    expect(new Set(events.nodes.map((each: { resourceId: string }) => each.resourceId))).toEqual(
      new Set([top, middle, last]),
    );
    await run(owner, 'restoreTask', { id: top });
    expect(await read(last, 'parent { id parent { id } }')).toEqual({ parent: { id: middle, parent: { id: top } } });
  });

  it('come back by themselves when their parent is gone or elsewhere', async () => {
    const [gone, part] = (await chain(2)) as [string, string];
    const [moved, other] = (await chain(2)) as [string, string];
    for (const id of [part, other, gone]) await run(owner, 'deleteTask', { id });
    await run(member, 'updateTask', { id: moved, projectId: elsewhere });
    for (const id of [part, other]) {
      expect(await run(owner, 'restoreTask', { id })).toEqual({ lastEventId: expect.any(String) });
      expect(await read(id, 'parent { id } project { id }')).toEqual({ parent: null, project: { id: projectId } });
    }
  });
});
