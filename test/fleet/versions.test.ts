import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { restoreNew } from '../../src/fleet/archive/restore-new.ts';
import { registerDatabase } from '../../src/fleet/databases/register-database.ts';
import { confirmMove } from '../../src/fleet/move/end-move.ts';
import { moveTenant } from '../../src/fleet/move/move-tenant.ts';
import { migrateFleet } from '../../src/fleet/schemas/migrate.ts';
import { primaryDatabaseId } from '../../src/tenancy/installation.ts';
import { archiveOf, scratchFolder, textsOf, withAdmins } from '../archive/support.ts';
import { by } from '../placement/support.ts';
import { createClient } from '../projects/support.ts';
import { createDatabaseOn, type TestDatabase } from '../support/create-database.ts';
import { asNextRelease, later } from '../support/next-release.ts';
import { otherPostgres, startOther } from '../support/other-postgres.ts';
import { type Company, type Member, World } from '../support/world.ts';

/** The embedded server, 18, has all other tests. */
const versions = otherPostgres();
const folder = await scratchFolder();

it('the versions that npm installs are tested', () => {
  const expected = process.platform === 'linux' && process.arch === 'x64' ? [16, 17] : [];
  expect(versions.map(({ version }) => version)).toEqual(expect.arrayContaining(expected));
});

describe.each(versions)('PostgreSQL $version', (other) => {
  const resources = new AsyncDisposableStack();
  let world: World;
  let further: TestDatabase;
  let company: Company;
  let owner: Member;

  beforeAll(async () => {
    const { url } = resources.use(await startOther(other));
    const database = resources.use(await createDatabaseOn(url));
    // Of the version that all other tests have
    further = resources.use(await createDatabaseOn(inject('adminUrl')));
    const env = { DATABASE_HOSTS_ALLOWED: '127.0.0.1', DATABASE_HOSTS_WITHOUT_TLS: '127.0.0.1' };
    world = resources.use(await World.open({ databaseUrl: database.url, env }));
    await migrateFleet(world.app.fleet);
    company = await world.company('Other');
    owner = await company.as('OWNER');
  });
  afterAll(() => resources.disposeAsync());

  const names = async (): Promise<string[]> =>
    (await owner.ok('{ clients(first: 9) { nodes { name } } }')).clients.nodes.map(
      ({ name }: { name: string }) => name,
    );

  it('is that version', async () => {
    const version = await world.app.catalog.read(async (db) => [
      ...(await db.execute(sql`select current_setting('server_version_num')::int / 10000 as major`)),
    ]);
    expect(version).toEqual([{ major: other.version }]);
  });

  it('binds each company to its own schema, for reading and writing', async () => {
    const stranger = await (await world.company('Stranger')).as('OWNER');
    await createClient(owner, { name: 'Äpfel' });
    await createClient(stranger, { name: 'Birnen' });
    expect(await names()).toEqual(['Äpfel']);
    const { clients } = await stranger.ok(
      '{ clients(first: 9, where: { name: { eq: "Birnen" } }) { nodes { name } } }',
    );
    expect(clients.nodes).toEqual([{ name: 'Birnen' }]);
    const foreign = sql.raw(`select * from ${stranger.company.tenant.schemaName}.clients`);
    await expect(world.app.binding.read(company.tenant, (db) => db.execute(foreign))).rejects.toThrow();
  });

  it('is migrated', async () => {
    const column = 'ALTER TABLE "tasks" ADD COLUMN "later" text DEFAULT \'x\' NOT NULL;';
    const report = await asNextRelease(world.app.fleet, column, (next) =>
      migrateFleet(next, { only: company.tenant.slug }),
    );
    expect(report).toMatchObject({ migrated: [{ migrations: [`tasks/${later}`] }], failed: [] });
    expect(await names()).toEqual(['Äpfel']);
  });

  it('archives and restores', async () => {
    const other = await world.company('Archived');
    await createClient(await other.as('OWNER'), { name: 'Kept' });
    const archive = await archiveOf(world, other.tenant, folder);
    const restored = await withAdmins(world, (admins) =>
      restoreNew(world.app.fleet, admins, archive, { slug: 'restored' }),
    );
    expect(await textsOf(await archiveOf(world, restored, folder))).toEqual(await textsOf(archive));
  });

  it('moves companies to a server of another version and back', async () => {
    const mover = await world.company('Mover');
    const member = await mover.as('OWNER');
    await createClient(member, { name: 'Goes along' });
    const { fleet } = world.app;
    const url = `${further.url}?sslmode=disable`;
    const { id } = await registerDatabase(fleet, { kind: 'DEDICATED', url }, { by });
    for (const databaseId of [id, primaryDatabaseId]) {
      await moveTenant(fleet, mover.tenant.id, databaseId, { by });
      await confirmMove(fleet, mover.tenant.id, by);
      const { clients } = await member.ok('{ clients(first: 9) { nodes { name } } }');
      expect(clients.nodes).toEqual([{ name: 'Goes along' }]);
    }
  });
});
