import { beforeAll, describe, expect, it } from 'vitest';
import { settledLog } from '../events/support.ts';
import { run } from '../support/run.ts';
import { type Company, type Member, world } from '../support/world.ts';

describe('saved operations', async () => {
  const server = await world();
  let company: Company;
  let owner: Member;
  let manager: Member;
  beforeAll(async () => {
    company = await server.company();
    [owner, manager] = await Promise.all([company.as('OWNER'), company.as('MANAGER')]);
  });

  const document = `query Tasks($name: String!) {
  # Kept as it was written
  tasks(first: 5, where: { name: { eq: $name } }) { totalCount }
}
`;
  const shown = 'savedOperation { id name document variables isShared version owner { id } }';
  const save = (by: Member, input: object) => run(by, 'createSavedOperation', { document, ...input }, shown);
  const change = (by: Member, input: object) => run(by, 'updateSavedOperation', input, shown);
  const seenBy = async (who: Member): Promise<string[]> =>
    (await who.ok('{ savedOperations { nodes { name } } }')).savedOperations.nodes.map(
      ({ name }: { name: string }) => name,
    );

  it('keep a document and its variables, with which it can be sent as they are', async () => {
    const { savedOperation } = await save(manager, { name: 'Mine', variables: { name: 'Élan' } });
    expect(savedOperation).toMatchObject({
      ...{ name: 'Mine', document, variables: { name: 'Élan' }, isShared: false, version: 1 },
      owner: { id: `Profile:${manager.profileId}` },
    });
    expect(await manager.ok(savedOperation.document, savedOperation.variables)).toEqual({ tasks: { totalCount: 0 } });
    const renamed = await change(manager, { id: savedOperation.id, name: 'Renamed', expectedVersion: 1 });
    expect(renamed.savedOperation).toMatchObject({
      name: 'Renamed',
      document,
      variables: { name: 'Élan' },
      version: 2,
    });
    const other = await change(manager, { id: savedOperation.id, document: '{ __typename }', variables: {} });
    expect(other.savedOperation).toMatchObject({ document: '{ __typename }', variables: {} });
    expect(await save(manager, { name: ' renamed ' })).toMatchObject({ code: 'ALREADY_EXISTS', field: 'input.name' });
    const { statements } = await manager.graphql('{ savedOperations { nodes { name document variables } } }');
    expect(statements).toHaveLength(1);
  });

  it('are refused if the graph would not take them', async () => {
    const deep = `{ ${'viewer { '.repeat(201)}role${' }'.repeat(201)} }`;
    const refused: [object, string, RegExp][] = [
      [{ document: '' }, 'document', /at least 1/],
      [{ document: '{ tasks {' }, 'document', /\(line 1, column 10\)/],
      [{ document: '{\n  nothing }' }, 'document', /"nothing".*\(line 2, column 3\)/],
      [{ document: 'fragment A on Task { name }' }, 'document', /"A" is never used/],
      [{ document: 'type A { name: String }' }, 'document', /not executable/],
      [{ document: deep }, 'document', /too many levels/],
      [{ document: `{ viewer { role } } #${'é'.repeat(20_000)}` }, 'document', /20,?000 characters/],
      [{ variables: { name: 'é'.repeat(10_000) } }, 'variables', /10000 characters/],
    ];
    for (const [input, field, message] of refused) {
      const { errors } = await manager.graphql(
        'mutation ($input: CreateSavedOperationInput!) { createSavedOperation(input: $input) { lastEventId } }',
        { input: { name: 'Refused', document, ...input } },
      );
      expect(errors[0]).toMatchObject({ extensions: { code: 'BAD_INPUT', field: `input.${field}` } });
      expect(errors[0]!.message).toMatch(message);
    }
    const { savedOperation } = await save(manager, { name: 'Kept' });
    const broken = await change(manager, { id: savedOperation.id, document: '{ nothing }' });
    expect(broken).toMatchObject({ code: 'BAD_INPUT', field: 'input.document' });
  });

  it('are seen by their owners, and by others with graph:explore when shared, which needs project:write', async () => {
    const { savedOperation: own } = await save(manager, { name: 'Own' });
    const { savedOperation: common } = await save(manager, { name: 'Common', isShared: true });
    const member = await company.as('MEMBER');
    expect(await save(member, { name: 'No' })).toMatchObject({ code: 'FORBIDDEN' });
    const { errors } = await member.graphql('{ savedOperations { nodes { name } } }');
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
    expect(await seenBy(owner)).toEqual(['Common']);
    expect(await change(owner, { id: own.id, document: '{ __typename }' })).toMatchObject({ code: 'NOT_FOUND' });
    const edited = await change(owner, { id: common.id, name: 'Common', document: '{ __typename }' });
    expect(edited.savedOperation).toMatchObject({ document: '{ __typename }', owner: common.owner });
    const forbidden = { code: 'FORBIDDEN', field: 'input.name' };
    for (const name of ['Own', 'Unused']) expect(await change(owner, { id: common.id, name })).toMatchObject(forbidden);
    expect(await run(manager, 'deleteSavedOperation', { id: common.id }, 'deletedId')).toEqual({
      deletedId: common.id,
    });
    const other = await (await server.company()).as('OWNER');
    expect(await run(other, 'deleteSavedOperation', { id: own.id })).toMatchObject({ code: 'NOT_FOUND' });
    expect(await seenBy(other)).toEqual([]);
  });

  it('and views do not show others what they were before they were shared', async () => {
    const { savedOperation } = await save(manager, { name: 'Layoffs', variables: { name: 'Nobody' } });
    const view = { name: 'Layoffs', list: 'tasks', arguments: { where: { name: { eq: 'Nobody' } } } };
    const { savedView } = await run(manager, 'createSavedView', view, 'savedView { id }');
    const shared = { name: 'Common work', isShared: true };
    await change(manager, { id: savedOperation.id, variables: {}, ...shared });
    await run(manager, 'updateSavedView', { id: savedView.id, arguments: {}, ...shared });
    await settledLog(company);
    const { events } = await owner.ok(`{ events(first: 100) { nodes { action before after } } }`);
    expect(events.nodes.length).toBeGreaterThan(0);
    expect(JSON.stringify(events.nodes)).not.toMatch(/Layoffs|Nobody/);
  });
});
