import { describe, expect, it } from 'vitest';
import { createClient, createProfile, createProject } from '../projects/support.ts';
import { type Member, world } from '../support/world.ts';

const server = await world();
const manager = await (await server.company()).as('MANAGER');

const update = `mutation ($input: UpdateClientInput!) {
  updateClient(input: $input) { client { name sector mainContact contact { id } version } lastEventId }
}`;
const remove = 'mutation ($input: DeleteClientInput!) { deleteClient(input: $input) { deletedId lastEventId } }';
const refused = async (who: Member, mutation: string, input: object) =>
  (await who.graphql(mutation, { input })).errors[0]?.extensions;

describe('clients', () => {
  it('are changed field by field, with a version count', async () => {
    const contactId = await createProfile(manager);
    const id = await createClient(manager, { sector: 'Banks', mainContact: 'Bill' });
    const first = (await manager.ok(update, { input: { id, contactId, sector: null } })).updateClient;
    expect(first.client).toEqual({
      name: 'Initech',
      sector: null,
      mainContact: 'Bill',
      contact: { id: contactId },
      version: 2,
    });
    const same = (await manager.ok(update, { input: { id, contactId } })).updateClient;
    expect([same.client.version, same.lastEventId]).toEqual([2, null]);
    expect(await refused(manager, update, { input: { id } })).toMatchObject({ code: 'BAD_INPUT' });
    expect(await refused(manager, update, { id, name: ' ' })).toMatchObject({ code: 'BAD_INPUT', field: 'input.name' });
    expect(await refused(manager, update, { id, expectedVersion: 1 })).toMatchObject({ code: 'STALE_VERSION' });
  });

  it('are deleted unless they have projects', async () => {
    const [free, used] = [await createClient(manager), await createClient(manager)];
    await createProject(manager, { clientId: used });
    expect((await manager.ok(remove, { input: { id: free } })).deleteClient.deletedId).toBe(free);
    expect(await refused(manager, remove, { id: used })).toMatchObject({ code: 'IN_USE', field: 'input.id' });
    const found = await manager.ok(`{ free: node(id: "${free}") { id } used: node(id: "${used}") { id } }`);
    expect(found).toEqual({ free: null, used: { id: used } });
  });

  it('are not deleted if a project is created for them at the same time', async () => {
    const id = await createClient(manager);
    const answers = await Promise.all([
      createProject(manager, { clientId: id }).then(
        () => undefined,
        (error: Error) => /NOT_FOUND/.exec(error.message)?.[0],
      ),
      refused(manager, remove, { id }).then((extensions) => extensions?.code),
    ]);
    expect([
      ['NOT_FOUND', undefined],
      [undefined, 'IN_USE'],
    ]).toContainEqual(answers);
  });

  it('are written with client:write', async () => {
    const id = await createClient(manager);
    const member = await manager.company.as('CONSULTANT');
    for (const [mutation, input] of [
      ['mutation ($input: CreateClientInput!) { createClient(input: $input) { lastEventId } }', { name: 'X' }],
      [update, { id, name: 'X' }],
      [remove, { id }],
    ] as const) {
      expect(await refused(member, mutation, input)).toMatchObject({ code: 'FORBIDDEN' });
    }
  });

  it('are visible to a CLIENT who is their contact, with their projects, on every path', async () => {
    const client = await (await server.company()).as('CLIENT');
    const lead = await client.company.as('MANAGER');
    const mine = await createClient(lead, { name: 'Mine', contactId: `Profile:${client.profileId}` });
    const other = await createClient(lead, { name: 'Other' });
    await createProject(lead, { name: 'Seen', clientId: mine });
    const hidden = await createProject(lead, { name: 'Hidden', clientId: other });
    const answer = await client.graphql(`{
      clients { totalCount nodes { name projects { totalCount nodes { name client { name } } } } }
      byProject: clients(where: { name: { contains: "" } }) { totalCount }
      node(id: "${other}") { id }
      hidden: node(id: "${hidden}") { id }
      profiles { nodes { clients { nodes { name } } } }
    }`);
    expect(answer.errors).toEqual([]);
    const projects = { totalCount: 1, nodes: [{ name: 'Seen', client: { name: 'Mine' } }] };
    expect(answer.data).toEqual({
      clients: { totalCount: 1, nodes: [{ name: 'Mine', projects }] },
      byProject: { totalCount: 1 },
      node: null,
      hidden: null,
      profiles: { nodes: [{ clients: { nodes: [{ name: 'Mine' }] } }] },
    });
    expect(await refused(client, update, { id: mine, name: 'X' })).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('are filtered, ordered and counted in one statement with their projects', async () => {
    const lead = await (await server.company()).as('MANAGER');
    for (const [name, sector] of [
      ['Éclair', 'Food'],
      ['Delta', null],
      ['echo', 'Music'],
    ]) {
      const clientId = await createClient(lead, { name, sector });
      await createProject(lead, { clientId });
    }
    const answer = await lead.graphql(`{
      clients(where: { or: [{ sector: { isNull: true } }, { name: { startsWith: "É" } }] }, orderBy: [{ field: NAME }]) {
        nodes { name projects { totalCount nodes { name } } }
      }
    }`);
    expect([answer.errors, answer.statements.length]).toEqual([[], 1]);
    const found = answer.data.clients.nodes;
    expect(found.map(({ name }: { name: string }) => name)).toEqual(['Delta', 'echo', 'Éclair']);
    const { clients } = await lead.ok('{ clients(orderBy: [{ field: SECTOR }, { field: NAME }]) { nodes { name } } }');
    expect(clients.nodes.map(({ name }: { name: string }) => name)).toEqual(['Delta', 'Éclair', 'echo']);
  });
});
