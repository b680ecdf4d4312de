import { beforeAll, describe, expect, it } from 'vitest';
import { createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { createTask } from '../tasks/support.ts';

describe('saved views', async () => {
  const server = await world();
  let company: Company;
  let manager: Member;
  let member: Member;
  let client: Member;
  beforeAll(async () => {
    company = await server.company();
    [manager, member, client] = await Promise.all([company.as('MANAGER'), company.as('MEMBER'), company.as('CLIENT')]);
  });

  const shown = 'savedView { id name list arguments columns isShared version owner { id } }';
  const save = (by: Member, input: object) => run(by, 'createSavedView', { list: 'tasks', ...input }, shown);
  const change = (by: Member, input: object) => run(by, 'updateSavedView', input, shown);
  const seenBy = async (who: Member): Promise<string[]> =>
    (await who.ok('{ savedViews { nodes { name } } }')).savedViews.nodes.map(({ name }: { name: string }) => name);

  it('keep a filter, an order and columns, which a query takes as they are', async () => {
    const projectId = await createProject(manager);
    for (const name of ['Alpha', 'Beta', 'Gamma']) await createTask(manager, { projectId, name });
    const where = { or: [{ name: { eq: 'Alpha' } }, { name: { eq: 'Gamma' } }], projectId: { eq: projectId } };
    const given = { where, orderBy: [{ field: 'NAME', direction: 'DESC' }] };
    const columns = ['name', 'project.name', 'project.client.name'];
    const { savedView } = await save(member, { name: 'Mine', arguments: given, columns });
    expect(savedView).toMatchObject({
      ...{ name: 'Mine', list: 'tasks', arguments: given, columns, isShared: false, version: 1 },
      owner: { id: `Profile:${member.profileId}` },
    });
    const { data, statements } = await member.graphql(
      'query ($id: ID!) { node(id: $id) { ... on SavedView { arguments } } }',
      {
        id: savedView.id,
      },
    );
    expect(statements).toHaveLength(1);
    const query =
      'query ($where: TaskFilter, $orderBy: [TaskOrder!]) { tasks(where: $where, orderBy: $orderBy) { nodes { name } } }';
    const { tasks } = await member.ok(query, data.node.arguments);
    expect(tasks.nodes).toEqual([{ name: 'Gamma' }, { name: 'Alpha' }]);
    const renamed = await change(member, {
      id: savedView.id,
      name: 'Renamed',
      columns: ['status'],
      expectedVersion: 1,
    });
    expect(renamed.savedView).toMatchObject({ name: 'Renamed', arguments: given, columns: ['status'], version: 2 });
    const emptied = await change(member, { id: savedView.id, arguments: {} });
    expect(emptied.savedView).toMatchObject({ arguments: {}, columns: ['status'] });
    expect(await save(member, { name: ' renamed ' })).toMatchObject({ code: 'ALREADY_EXISTS', field: 'input.name' });
    expect(await save(member, { name: 'Renamed', list: 'projects' })).toHaveProperty('savedView.list', 'projects');
  });

  it('are refused if the graph would not take them', async () => {
    const refused: [object, string][] = [
      [{ list: 'nothing' }, 'input.list'],
      [{ list: 'node' }, 'input.list'],
      [{ list: 'tasksAggregate' }, 'input.list'],
      [{ list: '__proto__' }, 'input.list'],
      [{ arguments: { first: 5 } }, 'input.arguments.first'],
      [{ arguments: { other: 1 } }, 'input.arguments.other'],
      [{ arguments: { where: { nothing: { eq: 1 } } } }, 'input.arguments.where'],
      [{ arguments: { where: { name: { eq: 5 } } } }, 'input.arguments.where.name.eq'],
      [{ arguments: { where: { name: { eq: 'x'.repeat(1001) } } } }, 'input.arguments.where.name.eq'],
      [
        { arguments: { where: { projectId: { eq: `Task:${member.profileId}` } } } },
        'input.arguments.where.projectId.eq',
      ],
      [{ arguments: { where: { and: Array(101).fill({}) } } }, 'input.arguments.where.and'],
      [
        { arguments: { where: { dueDate: { within: { unit: 'DAY', offset: 1001 } } } } },
        'input.arguments.where.dueDate.within.offset',
      ],
      [
        { arguments: { where: { or: [{ dueDate: { before: { unit: 'DAY', count: 0 } } }] } } },
        'input.arguments.where.or.0.dueDate.before.count',
      ],
      [{ arguments: { orderBy: [{ field: 'NOTHING' }] } }, 'input.arguments.orderBy.0.field'],
      [{ arguments: { where: { search: 'é'.repeat(10_001) } } }, 'input.arguments'],
      [{ columns: ['nothing'] }, 'input.columns.0'],
      [{ columns: ['name', 'project'] }, 'input.columns.1'],
      [{ columns: ['name.length'] }, 'input.columns.0'],
      [{ columns: [''] }, 'input.columns.0'],
    ];
    for (const [input, field] of refused) {
      const answer = await save(member, { name: 'Refused', ...input });
      expect([answer.code, answer.field], JSON.stringify(input).slice(0, 100)).toEqual(['BAD_INPUT', field]);
    }
    const odd = { where: { name: { eq: 'a\u0000\ud800' } } };
    expect(['BAD_INPUT', undefined]).toContain((await save(member, { name: 'Odd', arguments: odd })).code);
  });

  it('are seen by their owners, and by members when shared, which needs project:write', async () => {
    const { savedView: own } = await save(manager, { name: 'Own' });
    const { savedView: common } = await save(manager, { name: 'Common', isShared: true });
    expect(await save(member, { name: 'No', isShared: true })).toMatchObject({ code: 'FORBIDDEN' });
    const { savedView: theirs } = await save(client, { name: 'Of the client' });
    expect(await seenBy(manager)).toEqual(['Common', 'Own']);
    expect(await seenBy(member)).toEqual(expect.arrayContaining(['Common', 'Renamed']));
    expect(await seenBy(member)).not.toContain('Own');
    expect(await seenBy(client)).toEqual(['Of the client']);
    expect(await change(member, { id: own.id, name: 'X' })).toMatchObject({ code: 'NOT_FOUND' });
    expect(await change(member, { id: common.id, name: 'X' })).toMatchObject({ code: 'FORBIDDEN' });
    expect(await change(manager, { id: theirs.id, name: 'X' })).toMatchObject({ code: 'NOT_FOUND' });
    const owner = await company.as('OWNER');
    const unshared = await change(owner, { id: common.id, isShared: false });
    expect(unshared.savedView).toBeNull();
    expect(await run(manager, 'deleteSavedView', { id: common.id }, 'deletedId')).toEqual({ deletedId: common.id });
    const other = await (await server.company()).as('OWNER');
    expect(await run(other, 'deleteSavedView', { id: own.id })).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('do not tell by a name conflict which private views the owner of a shared one has', async () => {
    await save(manager, { name: 'Secret' });
    const { savedView: common } = await save(manager, { name: 'Told', isShared: true });
    const owner = await company.as('OWNER');
    const forbidden = { code: 'FORBIDDEN', field: 'input.name' };
    expect(await change(owner, { id: common.id, name: 'Secret' })).toMatchObject(forbidden);
    expect(await change(owner, { id: common.id, name: 'Unused' })).toMatchObject(forbidden);
    const { savedView } = await change(owner, { id: common.id, name: 'Told', columns: ['name'] });
    expect(savedView).toMatchObject({ name: 'Told', columns: ['name'], version: 2 });
  });
});
