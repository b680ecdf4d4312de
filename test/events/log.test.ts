import { describe, expect, it } from 'vitest';
import { uuidv7 } from '../../src/lib/ids.ts';
import { Profile } from '../../src/modules/people/profile.ts';
import { createClient, createPart, createProject, createProfile as makeProfile } from '../projects/support.ts';
import { Backends } from '../support/backends.ts';
import { type Member, world } from '../support/world.ts';
import { actions, type Log, logOf, logPage, readLog, viewerOf } from './support.ts';

const server = await world();

/** A new organization's manager, and the cursor after the one event that the organization has. */
async function start(): Promise<{ manager: Member; after: string }> {
  const manager = await (await server.company()).as('MANAGER');
  const { pageInfo } = await logOf(manager, 1);
  return { manager, after: pageInfo.endCursor! };
}

const names = ({ edges }: Log) => edges.map(({ node }) => node.after.name);

describe('the log', () => {
  it('records action, object and actor, with global ids', async () => {
    const { manager, after } = await start();
    const contactId = await makeProfile(manager);
    const id = await createClient(manager, { name: 'Initech', contactId });
    await manager.ok('mutation ($id: ID!) { updateClient(input: { id: $id, sector: "Banks" }) { client { id } } }', {
      id,
    });
    const { edges } = await logOf(manager, 3, { after });
    const actor = { id: `Profile:${manager.profileId}` };
    const shared = { resourceType: 'Client', resourceId: id, actor, metadata: {} };
    expect(edges.map(({ node }) => node)).toEqual([
      expect.objectContaining({ action: 'profile.created', resourceId: contactId, actor }),
      { ...shared, action: 'client.created', before: null, after: { name: 'Initech', contactId } },
      { ...shared, action: 'client.updated', before: { sector: null }, after: { sector: 'Banks' } },
    ]);
  });

  it('is read by one statement, including the actors', async () => {
    const { manager } = await start();
    const answer = await manager.graphql('{ events { nodes { id action createdAt actor { fullName } } } }');
    expect([answer.errors, answer.statements.length]).toEqual([[], 1]);
    expect(answer.data.events.nodes).toEqual([
      { id: expect.stringMatching(/^Event:/), action: 'profile.joined', createdAt: expect.any(String), actor: null },
    ]);
  });

  it('returns the cursor of a mutation’s last event', async () => {
    const { manager, after } = await start();
    const made = await manager.ok('mutation { createClient(input: { name: "Hooli" }) { lastEventId } }');
    expect((await logOf(manager, 1, { after })).pageInfo.endCursor).toBe(made.createClient.lastEventId);
  });

  it('pages from a cursor in both directions, and counts all events', async () => {
    const { manager, after } = await start();
    for (const name of ['A', 'B', 'C', 'D', 'E']) await createClient(manager, { name });
    const all = await logOf(manager, 5, { after });
    expect([names(all), all.totalCount]).toEqual([['A', 'B', 'C', 'D', 'E'], 6]);
    const first = await readLog(manager, { after, first: 2 });
    expect([names(first), first.pageInfo.hasNextPage]).toEqual([['A', 'B'], true]);
    const rest = await readLog(manager, { after: first.pageInfo.endCursor });
    expect([names(rest), rest.pageInfo.hasNextPage]).toEqual([['C', 'D', 'E'], false]);
    const nothing = await readLog(manager, { after: rest.pageInfo.endCursor });
    expect(nothing).toMatchObject({ edges: [], pageInfo: { endCursor: rest.pageInfo.endCursor } });
    const back = await readLog(manager, { after: rest.pageInfo.startCursor, first: 2, order: 'NEWEST_FIRST' });
    expect(names(back)).toEqual(['B', 'A']);
  });

  it('rejects invalid cursors, and pages that are too large', async () => {
    const { manager } = await start();
    for (const after of ['nonsense', '1.2', '1.2.x', "1.2.3'"]) {
      expect((await manager.graphql(logPage, { after })).errors[0]?.extensions.code).toBe('BAD_CURSOR');
    }
    for (const first of [0, 101]) {
      expect((await manager.graphql(logPage, { first })).errors[0]?.extensions.code).toBe('BAD_INPUT');
    }
  });

  it('is filtered by resource, actor, action and time', async () => {
    const { manager } = await start();
    const [one, other] = [await createClient(manager), await createClient(manager)];
    await manager.ok('mutation ($id: ID!) { deleteClient(input: { id: $id }) { deletedId } }', { id: one });
    await logOf(manager, 4);
    const found = async (where: object) => actions(await readLog(manager, { where }));
    expect(await found({ resource: one })).toEqual(['client.created', 'client.deleted']);
    expect(await found({ resource: other })).toEqual(['client.created']);
    expect(await found({ action: { startsWith: 'client.d' } })).toEqual(['client.deleted']);
    expect(await found({ actorId: { eq: `Profile:${manager.profileId}` } })).toHaveLength(3);
    expect(await found({ actorId: { isNull: true } })).toEqual(['profile.joined']);
    expect(await found({ createdAt: { gt: '2199-01-01T00:00:00Z' } })).toEqual([]);
  });

  it('never skips an event of a transaction that commits late', async () => {
    const { manager, after } = await start();
    const viewer = await viewerOf(manager);
    const [written, allowed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const slow = server.app.binding.write(manager.company.tenant, async (tx) => {
      await Profile.create(tx, viewer, { firstName: 'Late' });
      await tx.run('select', []);
      written.resolve();
      await allowed.promise;
    });
    await written.promise;
    await createClient(manager, { name: 'Early' });
    const before = await readLog(manager, { after });
    expect(before).toMatchObject({ edges: [], totalCount: 1, pageInfo: { endCursor: after } });
    allowed.resolve();
    await slow;
    const later = await logOf(manager, 2, { after: before.pageInfo.endCursor });
    expect(actions(later)).toEqual(['profile.created', 'client.created']);
  });

  it('continues across eras, in which transaction ids restart', async () => {
    const { manager, after } = await start();
    const { schemaName } = manager.company.tenant;
    await using admin = new Backends(server.app.installation.adminUrl);
    const insert = (era: number, xid: string, action: string) =>
      admin.query(
        `insert into ${schemaName}.events (era, xid, id, action, resource_type, resource_id)
         values (${era}, '${xid}', '${uuidv7()}', '${action}', 'Organization', '${uuidv7()}')`,
      );
    await insert(1, '9000000000', 'before.restore');
    expect(actions(await readLog(manager, { after }))).toEqual([]);
    await insert(2, '3', 'after.restore');
    const { edges } = await readLog(manager, { after });
    expect(edges.map(({ node }) => node.action)).toEqual(['before.restore', 'after.restore']);
    expect(actions(await readLog(manager, { after: edges[0]!.cursor }))).toEqual(['after.restore']);
  });

  it('is append-only', async () => {
    const { manager } = await start();
    const { tenant } = manager.company;
    for (const statement of ['update events set action = action', 'delete from events', 'truncate events']) {
      await expect(server.app.binding.write(tenant, (tx) => tx.execute(statement))).rejects.toMatchObject({
        cause: { message: expect.stringContaining('permission denied') },
      });
    }
  });
});

describe('a reader of the log', () => {
  it('needs event:read', async () => {
    const client = await (await server.company()).as('CLIENT');
    expect((await client.graphql(logPage)).errors[0]?.extensions.code).toBe('FORBIDDEN');
  });

  it('sees no rates without cost:read, and no accounts without member:manage', async () => {
    const company = await server.company();
    const [manager, member, owner] = [
      await company.as('MANAGER'),
      await company.as('MEMBER'),
      await company.as('OWNER'),
    ];
    const projectId = await createProject(manager);
    const profileId = `Profile:${member.profileId}`;
    await createPart(manager, 'ProjectAssignment', { projectId, profileId, saleRate: '650' });
    const afterOf = async (who: Member, count: number, action: string) =>
      (await logOf(who, count, { where: { action: { eq: action } } })).edges[0]!.node.after;
    const booked = 'projectAssignment.created';
    const { saleRate, ...shared } = await afterOf(manager, 1, booked);
    expect([saleRate, shared]).toEqual(['650.00', expect.objectContaining({ projectId, profileId })]);
    expect(await afterOf(member, 1, booked)).toEqual(shared);
    expect(await afterOf(owner, 3, 'profile.joined')).toHaveProperty('userId');
    expect(await afterOf(manager, 3, 'profile.joined')).not.toHaveProperty('userId');
  });

  it('sees no events of objects that it may not see', async () => {
    const company = await server.company();
    const [manager, member] = [await company.as('MANAGER'), await company.as('MEMBER')];
    await manager.ok('mutation { createTask(input: { name: "Private", type: PERSONAL }) { task { id } } }');
    await logOf(manager, 1, { where: { action: { eq: 'task.created' } } });
    expect(await readLog(member, { where: { action: { eq: 'task.created' } } })).toMatchObject({
      totalCount: 0,
      edges: [],
    });
  });
});
