import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restoreNew } from '../../src/fleet/archive/restore-new.ts';
import { restoreOver } from '../../src/fleet/archive/restore-over.ts';
import { registerDatabase } from '../../src/fleet/databases/register-database.ts';
import { replaceDatabase } from '../../src/fleet/databases/replace-database.ts';
import { retireLostDatabase } from '../../src/fleet/databases/retire-database.ts';
import { deleteOrganization } from '../../src/fleet/deletion/delete-organization.ts';
import { dropDue } from '../../src/fleet/deletion/drop-due.ts';
import { purgeOrganization } from '../../src/fleet/deletion/purge-organization.ts';
import { cancelMove, confirmMove } from '../../src/fleet/move/end-move.ts';
import { moveTenant } from '../../src/fleet/move/move-tenant.ts';
import { dropRetained } from '../../src/fleet/retained/drop-retained.ts';
import { getRetained, listRetained } from '../../src/fleet/retained/list-retained.ts';
import { restoreRetained } from '../../src/fleet/retained/restore-retained.ts';
import { migrateFleet } from '../../src/fleet/schemas/migrate.ts';
import { copyMembers, keepMembers } from '../../src/identity/members-of-copy.ts';
import { primaryDatabaseId } from '../../src/tenancy/installation.ts';
import { archiveOf, scratchFolder, withAdmins } from '../archive/support.ts';
import { createClient } from '../projects/support.ts';
import { ownWorld } from '../support/own-world.ts';
import { type SecondServer, startSecondServer } from '../support/second-server.ts';
import type { Company, Member, World } from '../support/world.ts';
import { by, move, placeOf } from './support.ts';

let second: SecondServer;
let world: World;
const folder = await scratchFolder();

beforeAll(async () => {
  second = await startSecondServer();
  world = await ownWorld({ env: second.env });
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await second[Symbol.asyncDispose]();
});

interface Lost {
  company: Company;
  owner: Member;
  name: string;
  databaseId: string;
}

let count = 0;

/** A company that was moved to a dedicated database, which is not there any more. */
async function lose({
  confirmed = true,
  beforeMove = (_: Company): Promise<unknown> => Promise.resolve(),
  before = (_: Company): Promise<unknown> => Promise.resolve(),
} = {}): Promise<Lost> {
  const name = `own-${++count}`;
  const company = await world.company(`Lost ${count}`);
  const owner = await company.as('OWNER');
  await createClient(owner, { name: 'before the move' });
  await beforeMove(company);
  const database = await second.createDatabase();
  const { id } = await registerDatabase(world.app.fleet, { name, kind: 'DEDICATED', url: database.url }, { by });
  await move(world, company, id);
  if (confirmed) await confirmMove(world.app.fleet, company.tenant.id, by);
  await before(company);
  await database.drop();
  return { company, owner, name, databaseId: id };
}

const archived = async (company: Company) => {
  const { databaseId, schemaName } = await placeOf(world, company);
  return await archiveOf(world, { ...company.tenant, databaseId, schemaName }, folder);
};

/** The same, with an archive of its data. */
async function loseArchived() {
  let archive: Awaited<ReturnType<typeof archived>> | undefined;
  const lost = await lose({
    before: async (company) => {
      archive = await archived(company);
    },
  });
  return { ...lost, archive: archive! };
}

const restore = (company: Company, archive: Awaited<ReturnType<typeof archived>>) =>
  withAdmins(world, (admins) =>
    restoreOver(
      world.app.fleet,
      admins,
      { archive, tenant: company.tenant },
      { ...keepMembers(world.app.identity), safety: null },
    ),
  );

const clientNames = async (member: Member): Promise<string[]> =>
  (await member.ok('{ clients(first: 50) { nodes { name } } }')).clients.nodes.map(
    ({ name }: { name: string }) => name,
  );

const codeFor = async (member: Member): Promise<unknown> =>
  (await member.graphql('{ clients(first: 1) { nodes { name } } }')).errors[0]?.extensions.code;

const schemasOf = ({ tenant: { id } }: Company) =>
  world.app.catalog.read(async (db) => [
    ...(await db.execute(sql`select state from tenant_schemas where organization_id = ${id} order by state`)),
  ]);

describe('a company whose dedicated database was lost', () => {
  it('is restored from its archive once another database has replaced the lost one', async () => {
    const { company, owner, name, databaseId, archive } = await loseArchived();
    await expect(restore(company, archive)).rejects.toThrow();
    const { url } = await second.createDatabase();
    await expect(registerDatabase(world.app.fleet, { name, kind: 'DEDICATED', url }, { by })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      message: expect.stringContaining(`database replace ${name}`),
    });
    const replaced = await replaceDatabase(world.app.fleet, name, { url }, { by });
    expect(replaced.waiting).toEqual([company.tenant.slug]);
    expect(replaced.database).toMatchObject({ id: databaseId, name, kind: 'DEDICATED' });
    expect(await codeFor(owner)).toBe('MIGRATING');
    await restore(company, archive);
    expect(await placeOf(world, company)).toMatchObject({ databaseId });
    expect(await clientNames(owner)).toEqual(['before the move']);
    await createClient(owner, { name: 'after' });
    expect(await schemasOf(company)).toEqual([{ state: 'ACTIVE' }]);
  });

  it('begins an era after those of the lost database, even if the archive was made before the move', async () => {
    let archive: Awaited<ReturnType<typeof archived>> | undefined;
    let lostEra: number | undefined;
    const { company, name } = await lose({
      beforeMove: async (each) => (archive = await archived(each)),
      before: async (each) => (lostEra = (await archived(each)).manifest.events?.era),
    });
    await retireLostDatabase(world.app.fleet, name, by);
    await restore(company, archive!);
    expect(lostEra).toBe(archive!.manifest.events!.era + 1);
    expect((await archived(company)).manifest.events?.era).toBe(lostEra! + 1);
  });

  it('comes back in the primary database when the lost one is retired, whose name is free then', async () => {
    const { company, owner, name, databaseId, archive } = await loseArchived();
    expect(await retireLostDatabase(world.app.fleet, name, by)).toEqual([company.tenant.slug]);
    const report = await migrateFleet(world.app.fleet);
    expect([report.away, report.failed]).toEqual([[], []]);
    await restore(company, archive);
    expect(await placeOf(world, company)).toMatchObject({ databaseId: primaryDatabaseId });
    expect(await clientNames(owner)).toEqual(['before the move']);
    const { url } = await second.createDatabase();
    const added = await registerDatabase(world.app.fleet, { name, kind: 'DEDICATED', url }, { by });
    expect(added.id).not.toBe(databaseId);
    await move(world, company, added.id);
    expect(await clientNames(owner)).toEqual(['before the move']);
  });

  it('becomes a new company with its members', async () => {
    const { company, name, archive } = await loseArchived();
    await retireLostDatabase(world.app.fleet, name, by);
    const { fleet, identity, catalog } = world.app;
    const slug = `again-${count}`;
    const made = await withAdmins(world, (admins) =>
      restoreNew(fleet, admins, archive, { slug, ...copyMembers(identity, company.tenant.id) }),
    );
    const members = (id: string) =>
      catalog.read(async (db) => [
        ...(await db.execute(
          sql`select user_id, role from user_organizations where organization_id = ${id} order by user_id`,
        )),
      ]);
    expect(await members(made.id)).toEqual(await members(company.tenant.id));
    expect(await members(made.id)).toHaveLength(1);
  });

  it.each(['replaced', 'retired'])('is deleted with a receipt after its database was %s', async (how) => {
    const { company, name } = await lose();
    const { fleet } = world.app;
    if (how === 'retired') await retireLostDatabase(fleet, name, by);
    else await replaceDatabase(fleet, name, { url: (await second.createDatabase()).url }, { by });
    await deleteOrganization(fleet, company.tenant.id, { by });
    expect(await purgeOrganization(fleet, company.tenant.id, { by, now: true })).toMatchObject({ rows: 0 });
    expect(await schemasOf(company)).toEqual([]);
  });
});

describe('a database that answers', () => {
  it('is neither replaced nor retired as lost, and neither is the primary one', async () => {
    const { url } = await second.createDatabase();
    const { fleet } = world.app;
    await registerDatabase(fleet, { name: 'sound', kind: 'SHARED', url }, { by });
    const another = (await second.createDatabase()).url;
    for (const name of ['sound', 'primary']) {
      await expect(replaceDatabase(fleet, name, { url: another }, { by })).rejects.toMatchObject({
        code: 'INVALID_STATE',
      });
      await expect(retireLostDatabase(fleet, name, by)).rejects.toMatchObject({ code: 'INVALID_STATE' });
    }
  });
});

describe('the copy that a move left', () => {
  it('is never dropped while it is the last one that can be read, and is restored', async () => {
    const { company, owner, name } = await lose({ confirmed: false });
    const { fleet, directory, identity } = world.app;
    const { id, slug } = company.tenant;
    await expect(confirmMove(fleet, id, by)).rejects.toThrow();
    await expect(moveTenant(fleet, id, primaryDatabaseId, { by })).rejects.toThrow();
    const copy = await getRetained(world.app.catalog, slug);
    expect(copy).toMatchObject({ databaseId: primaryDatabaseId, droppedAfter: null });
    await expect(dropRetained(fleet, copy, by)).rejects.toThrow();
    await retireLostDatabase(fleet, name, by);
    await world.app.catalog.write((tx) =>
      tx.execute(
        sql`update tenant_schemas set drop_after = now() - interval '1 day' where schema_name = ${copy.schemaName}`,
      ),
    );
    const due = await dropDue(fleet);
    expect(due.schemas).not.toContain(copy.schemaName);
    await withAdmins(world, (admins) =>
      restoreRetained({ fleet, directory, admins }, copy, { ...keepMembers(identity), safety: null }),
    );
    expect(await clientNames(owner)).toEqual(['before the move']);
    await createClient(owner, { name: 'goes on' });
    expect((await dropDue(fleet)).schemas).toContain(copy.schemaName);
    expect(await listRetained(world.app.catalog, slug)).toEqual([]);
  });

  it('stays for a week when the next move is cancelled, and goes when the next one has switched', async () => {
    const { fleet, catalog } = world.app;
    const company = await world.company('Twice');
    const { id, slug, schemaName } = company.tenant;
    const further = async (name: string) => {
      const { url } = await second.createDatabase();
      return (await registerDatabase(fleet, { name, kind: 'SHARED', url }, { by })).id;
    };
    const [first, next] = [await further('first'), await further('next')];
    await move(world, company, first);
    const signal = AbortSignal.abort();
    await expect(moveTenant(fleet, id, next, { by, signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await getRetained(catalog, slug)).droppedAfter).toBeNull();
    await cancelMove(fleet, id, by);
    const kept = await getRetained(catalog, slug);
    expect(kept).toMatchObject({ schemaName, databaseId: primaryDatabaseId });
    expect(kept.droppedAfter!.getTime()).toBeGreaterThan(Date.now() + 6 * 24 * 60 * 60_000);
    await move(world, company, next);
    expect((await listRetained(catalog, slug)).map(({ databaseId }) => databaseId)).toEqual([primaryDatabaseId, first]);
    await dropRetained(fleet, (await listRetained(catalog, slug)).find((each) => each.databaseId === first)!, by);
    expect(await listRetained(catalog, slug)).toMatchObject([{ databaseId: primaryDatabaseId }]);
  });
});
