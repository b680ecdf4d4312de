import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Archive, openArchive } from '../../src/fleet/archive/open-archive.ts';
import { type RestoredOver, restoreOver } from '../../src/fleet/archive/restore-over.ts';
import { findDrift } from '../../src/fleet/drift/find-drift.ts';
import { adminsOf } from '../../src/fleet/fleet.ts';
import { holdingLife } from '../../src/fleet/holding-life.ts';
import { dropSchema } from '../../src/fleet/schemas/drop-schema.ts';
import { readLedger } from '../../src/fleet/schemas/migrate-database.ts';
import { keepMembers } from '../../src/identity/members-of-copy.ts';
import { FolderStorage, objectOfFile } from '../../src/storage/folder-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { actions, logOf, readLog } from '../events/support.ts';
import { createClient, createProject } from '../projects/support.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { archiveOf, scratchFolder, textsOf, withAdmins } from './support.ts';

const server = await world();
const folder = await scratchFolder();

const restore = (
  company: Company,
  archive: Archive,
  safety: { storage: Storage } | null = { storage: new FolderStorage(folder) },
) =>
  withAdmins(server, (admins) =>
    restoreOver(
      server.app.fleet,
      admins,
      { archive, tenant: company.tenant },
      { ...keepMembers(server.app.identity), safety },
    ),
  );

const clientNames = async (member: Member): Promise<string[]> =>
  (await member.ok('{ clients(first: 50) { nodes { name } } }')).clients.nodes.map(
    ({ name }: { name: string }) => name,
  );

const codeOf = async (member: Member, id: string): Promise<string> =>
  (await member.ok('query ($id: ID!) { node(id: $id) { ... on Project { code } } }', { id })).node.code;

const place = async (company: Company) => (await server.app.directory.findById(company.tenant.id))!;
const rowsOf = async (query: ReturnType<typeof sql>) => [...(await server.app.catalog.read((db) => db.execute(query)))];

describe('an organization after a restore over it', () => {
  let company: Company;
  let owner: Member;
  let late: Member;
  let archive: Archive;
  let restored: RestoredOver;
  let cursors: { before: string; after: string };
  let nextCode: string;

  beforeAll(async () => {
    company = await server.company('Over');
    owner = await company.as('OWNER');
    const clientId = await createClient(owner, { name: 'Kept', externalReference: 'crm-7' });
    await createProject(owner, { clientId, name: 'Old project' });
    await owner.ok('mutation { createTask(input: { type: PERSONAL, name: "Réviser la fusée" }) { lastEventId } }');
    const before = (await logOf(owner, 5)).pageInfo.endCursor!;
    archive = await archiveOf(server, company.tenant, folder);
    nextCode = await codeOf(owner, await createProject(owner, { clientId, name: 'Lost project' }));
    const made = await owner.ok('mutation { createClient(input: { name: "Lost" }) { lastEventId } }');
    late = await company.member('MEMBER');
    cursors = { before, after: made.createClient.lastEventId };
    restored = await restore(company, archive);
  });

  test('is served with its former ids, references, searches and numbers', async () => {
    expect(await clientNames(owner)).toEqual(['Kept']);
    const { node } = await owner.ok('{ node(id: "Client:ref:crm-7") { ... on Client { name } } }');
    expect(node.name).toBe('Kept');
    const { tasks } = await owner.ok('{ tasks(first: 5, where: { search: "fusees" }) { nodes { name } } }');
    expect(tasks.nodes).toEqual([{ name: 'Réviser la fusée' }]);
    expect(await codeOf(owner, await createProject(owner, { clientId: 'Client:ref:crm-7' }))).toBe(nextCode);
  });

  test('keeps its members: a member who joined later has a profile', async () => {
    const { viewer } = await late.ok('{ viewer { profile { firstName } } }');
    expect(viewer.profile.firstName).toBe('Member');
  });

  test('expires the cursors of log followers, old and recent, and continues its log', async () => {
    const page = await logOf(owner, 2, { after: cursors.after, first: 2 });
    expect(actions(page)).toEqual(['organization.restored', 'profile.joined']);
    expect(page.edges[0]!.node.resourceId).toBe(`Organization:${company.tenant.id}`);
    const same = await readLog(owner, { after: cursors.before, first: 2 });
    expect(same.edges[0]!.cursor).toBe(page.edges[0]!.cursor);
    await createClient(owner, { name: 'New' });
    const { edges } = await logOf(owner, 1, {
      after: page.pageInfo.endCursor,
      first: 1,
      where: { action: { eq: 'client.created' } },
    });
    expect(edges[0]!.node.after).toMatchObject({ name: 'New' });
  });

  test('keeps its previous state in a safety archive, and for a week in the replaced schema', async () => {
    const saved = await openArchive(objectOfFile(restored.safetyArchive!));
    expect((await textsOf(saved)).get('data/clients/000001.copy.zst')).toContain('Lost');
    const schemas = await rowsOf(
      sql`select schema_name, state, drop_after > now() + interval '6 days' as kept from tenant_schemas
        where organization_id = ${company.tenant.id} order by state`,
    );
    expect(schemas).toEqual([
      { schema_name: restored.tenant.schemaName, state: 'ACTIVE', kept: null },
      { schema_name: company.tenant.schemaName, state: 'RETAINED', kept: true },
    ]);
    const audited = await rowsOf(
      sql`select action from audit_logs where organization_id = ${company.tenant.id} and action like 'organization.%' order by at`,
    );
    expect(audited.map(({ action }) => action)).toEqual([
      'organization.created',
      'organization.backed_up',
      'organization.backed_up',
      'organization.restored',
    ]);
  });

  test('has the schema that its migrations create', async () => {
    const { fleet } = server.app;
    await using admins = adminsOf(fleet);
    const ledger = await admins.use(readLedger);
    const drift = await findDrift(() => adminsOf(fleet), [restored.tenant], { ...fleet, ledger });
    expect(drift).toEqual([]);
  });

  test('can be restored again, with a new era each time', async () => {
    await restore(company, archive, null);
    const { edges } = await logOf(owner, 1, { after: cursors.before, first: 1 });
    expect(edges[0]!.cursor).toMatch(/^3\./);
    expect(await clientNames(owner)).toEqual(['Kept']);
  });
});

test('an organization without new members has the data parts of the archive', async () => {
  const company = await server.company('Same');
  await createProject(await company.as('OWNER'));
  const archive = await archiveOf(server, company.tenant, folder);
  await createClient(await company.as('OWNER'), { name: 'Lost' });
  await restore(company, archive, null);
  expect(await textsOf(await archiveOf(server, await place(company), folder))).toEqual(await textsOf(archive));
});

test('is refused while another operation holds the life lock, and changes nothing if it fails', async () => {
  const company = await server.company('Held');
  const archive = await archiveOf(server, company.tenant, folder);
  await holdingLife(server.app.fleet, company.tenant.id, async () => {
    await expect(restore(company, archive)).rejects.toMatchObject({ code: 'INVALID_STATE' });
  });
  const failing = withAdmins(server, (admins) =>
    restoreOver(
      server.app.fleet,
      admins,
      { archive, tenant: company.tenant },
      { safety: null, activate: () => Promise.reject(new Error('the catalog is full')) },
    ),
  );
  await expect(failing).rejects.toThrow('full');
  expect(await place(company)).toMatchObject({ schemaName: company.tenant.schemaName, status: 'ACTIVE' });
  const copies = await rowsOf(sql`select 1 from tenant_schemas where state = 'INCOMING'`);
  expect(copies).toEqual([]);
});

test('cancels a move that was left unfinished, and is refused during a rollback', async () => {
  const company = await server.company('Moving');
  const archive = await archiveOf(server, company.tenant, folder);
  const { id, databaseId, schemaName, roleName } = company.tenant;
  await server.app.catalog.write((tx) =>
    tx.execute(sql`insert into tenant_moves
      (id, organization_id, from_database_id, to_database_id, from_schema_name, to_schema_name, to_role_name, phase)
      values (${id}, ${id}, ${databaseId}, ${databaseId}, ${schemaName}, 'tenant_elsewhere', ${roleName}, 'ROLLING_BACK')`),
  );
  await expect(restore(company, archive)).rejects.toMatchObject({
    code: 'INVALID_STATE',
    message: expect.stringContaining('cancel or confirm its move'),
  });
  expect(await place(company)).toMatchObject({ schemaName });
  // Once it has switched, there is but an older copy to confirm
  await server.app.catalog.write((tx) =>
    tx.execute(sql`update tenant_moves set phase = 'SWITCHED', switched_at = now() where id = ${id}`),
  );
  expect(await restore(company, archive)).toMatchObject({ tenant: { id, status: 'ACTIVE' } });
  await server.app.catalog.write((tx) => tx.execute(sql`update tenant_moves set phase = 'COPYING' where id = ${id}`));
  expect(await restore(company, archive)).toMatchObject({ tenant: { id, status: 'ACTIVE' } });
  const [move] = await rowsOf(sql`select phase from tenant_moves where id = ${id}`);
  expect(move).toEqual({ phase: 'CANCELLED' });
});

test('changes nothing if the organization has moved meanwhile', async () => {
  const company = await server.company('Elsewhere');
  const archive = await archiveOf(server, company.tenant, folder);
  const { id, databaseId, roleName, schemaName } = company.tenant;
  const elsewhere = `${schemaName}b`;
  const moving = withAdmins(server, (admins) =>
    restoreOver(
      server.app.fleet,
      admins,
      { archive, tenant: company.tenant },
      {
        safety: null,
        prepare: async () => {
          await server.app.catalog.write(async (tx) => {
            await tx.execute(sql`insert into tenant_schemas (schema_name, database_id, role_name, organization_id, state)
              values (${elsewhere}, ${databaseId}, ${roleName}, ${id}, 'RETAINED')`);
            await tx.execute(sql`update organizations set schema_name = ${elsewhere} where id = ${id}`);
          });
        },
      },
    ),
  );
  await expect(moving).rejects.toMatchObject({ code: 'INVALID_STATE' });
  expect(await rowsOf(sql`select schema_name from organizations where id = ${id}`)).toEqual([
    { schema_name: elsewhere },
  ]);
});

test('can be interrupted, and leaves nothing', async () => {
  const company = await server.company('Stopped');
  await createClient(await company.as('OWNER'));
  const archive = await archiveOf(server, company.tenant, folder);
  const stopping = withAdmins(server, (admins) =>
    restoreOver(
      server.app.fleet,
      admins,
      { archive, tenant: company.tenant },
      { safety: null, signal: AbortSignal.abort() },
    ),
  );
  await expect(stopping).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(await place(company)).toMatchObject({ schemaName: company.tenant.schemaName });
});

test('an organization whose schema was lost is restored', async () => {
  const company = await server.company('Lost');
  const owner = await company.as('OWNER');
  await createClient(owner, { name: 'Found' });
  const archive = await archiveOf(server, company.tenant, folder);
  const { id, databaseId, schemaName, roleName } = company.tenant;
  await server.app.catalog.write((tx) =>
    tx.execute(sql`update tenant_schemas set state = 'RETAINED' where organization_id = ${id}`),
  );
  await dropSchema(server.app.fleet, { databaseId, schemaName, roleName });
  await server.app.catalog.write((tx) =>
    tx.execute(sql`insert into tenant_schemas (schema_name, database_id, role_name, organization_id, state)
      values (${schemaName}, ${databaseId}, ${roleName}, ${id}, 'ACTIVE')`),
  );
  const { safetyArchive } = await restore(company, archive);
  expect(safetyArchive).toBeUndefined();
  expect(await clientNames(owner)).toEqual(['Found']);
});
