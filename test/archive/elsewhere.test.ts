import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { Admin } from '../../src/db/admin.ts';
import { backupTenant } from '../../src/fleet/archive/backup-tenant.ts';
import { restoreNew } from '../../src/fleet/archive/restore-new.ts';
import { verifyArchive } from '../../src/fleet/archive/verify-archive.ts';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { migrateFleet } from '../../src/fleet/schemas/migrate.ts';
import { MigrationLines, migrationsRoot } from '../../src/fleet/schemas/migration-lines.ts';
import { FolderStorage } from '../../src/storage/folder-storage.ts';
import { createClient, createProject } from '../projects/support.ts';
import type { TestDatabase } from '../support/database.ts';
import { ownWorld } from '../support/own-world.ts';
import { startSecondServer } from '../support/second-server.ts';
import { World } from '../support/world.ts';
import { archiveOf, filledCompany, scratchFolder, textsOf, withAdmins } from './support.ts';

const folder = await scratchFolder();

/** This build with one more migration, as the next one would have it. */
async function nextBuild(): Promise<AsyncDisposable & { lines: MigrationLines }> {
  const root = await mkdtemp(path.join(tmpdir(), 'chantier-next-'));
  await cp(migrationsRoot, root, { recursive: true });
  const later = path.join(root, 'clients', '20991231000000_later');
  await mkdir(later);
  await writeFile(
    path.join(later, 'migration.sql'),
    `ALTER TABLE "clients" ADD COLUMN "rating" integer DEFAULT 3 NOT NULL;--> statement-breakpoint
    CREATE TABLE "client_notes" ("id" uuid PRIMARY KEY, "client_id" uuid NOT NULL REFERENCES "clients"("id"));`,
  );
  return { lines: new MigrationLines(root), [Symbol.asyncDispose]: () => rm(root, { recursive: true }) };
}

/** Sessions in this database write and read values in another way than the program does. */
async function writeValuesOtherwise({ name, url }: TestDatabase): Promise<void> {
  await using admin = new Admin({ url });
  for (const setting of [
    `timezone = 'Asia/Kolkata'`,
    `datestyle = 'German, DMY'`,
    `intervalstyle = 'iso_8601'`,
    `bytea_output = 'escape'`,
    'extra_float_digits = -3',
  ]) {
    await admin.run(`alter database ${name} set ${setting}`);
  }
}

/** In a copy nothing waits to be sent, and its webhooks are paused. */
const isSame = (table: string): boolean =>
  !['jobs', 'webhooks', 'webhook_states', 'webhook_deliveries'].includes(table);

test('a tenant restored on another server has the same data parts, despite writes during the backup', async () => {
  await using second = await startSecondServer();
  await using here = await ownWorld();
  const database = await second.createDatabase();
  await writeValuesOtherwise(database);
  await using there = await World.open({ databaseUrl: database.url });
  await migrateFleet(there.app.fleet);
  const company = await filledCompany(here, { perTable: 40 });
  const owner = await company.as('OWNER');
  let writing = true;
  let written = 0;
  const writer = async () => {
    while (writing) {
      await createProject(owner, { clientId: await createClient(owner, { name: `Written ${++written}` }) });
    }
  };
  const writers = [writer(), writer()];
  await expect.poll(() => written).toBeGreaterThan(2);
  const archive = await archiveOf(here, company.tenant, folder);
  const meanwhile = written;
  await expect.poll(() => written).toBeGreaterThan(meanwhile);
  writing = false;
  await Promise.all(writers);
  const restored = await withAdmins(there, (admins) =>
    restoreNew(there.app.fleet, admins, archive, { slug: 'elsewhere' }),
  );
  const again = await archiveOf(there, restored, folder);
  const texts = await textsOf(archive);
  const sameTexts = (all: ReadonlyMap<string, string>) => [...all].filter(([file]) => isSame(file.split('/')[1]!));
  expect(sameTexts(await textsOf(again))).toEqual(sameTexts(texts));
  // Rows, their order, sums of the parts, and what the counters of identity columns will give next
  const sameTables = ({ manifest }: typeof archive) => manifest.tables.filter(({ name }) => isSame(name));
  expect(sameTables(again)).toEqual(sameTables(archive));
  const whole = [...texts.values()].join('');
  for (const odd of ['😀', 'Zoë', '"é": [1.50, null, "\\\\u0001\\\\t', '2031-02-28 18:29:59.999+00'])
    expect(whole).toContain(odd);
  expect(again.manifest.postgres).toBe(archive.manifest.postgres);
  // Ids of transactions start anew there: the log goes on all the same
  const user = await there.user();
  const member = await there.app.binding.write(restored, async (tx) => {
    const [row] = await tx.execute<{ era: number; own: boolean }>(
      sql`insert into events (id, action, resource_type, resource_id) values (${user.id}, 'x.y', 'Organization', ${user.id})
        returning era, xid = pg_current_xact_id() as own`,
    );
    return row;
  });
  expect(member).toEqual({ era: 2, own: true });
});

test('an archive of an older build is restored and migrated; one of a newer build is refused', async () => {
  await using here = await ownWorld();
  await using next = await nextBuild();
  const newer: Fleet = { ...here.app.fleet, lines: next.lines };
  const { tenant } = await filledCompany(here, { perTable: 4 });
  const archive = await archiveOf(here, tenant, folder);
  const restored = await withAdmins(here, (admins) => restoreNew(newer, admins, archive, { slug: 'migrated' }));
  const [found] = await here.app.binding.read(restored, (db) =>
    db.execute(
      sql`select count(*) > 0 and bool_and(rating = 3) as rated, (select count(*) from client_notes)::int as notes from clients`,
    ),
  );
  expect(found).toEqual({ rated: true, notes: 0 });
  const ofNewer = await withAdmins(here, (admins) =>
    backupTenant(newer, admins, restored, { storage: new FolderStorage(folder) }),
  );
  expect(ofNewer.manifest.tables.map(({ name }) => name)).toContain('client_notes');
  // The build before knows nothing of what the newer one made
  await expect(archiveOf(here, restored, folder)).rejects.toMatchObject({ code: 'SCHEMA_MISMATCH' });
  const { openArchive } = await import('../../src/fleet/archive/open-archive.ts');
  const opened = await openArchive(ofNewer.place);
  await withAdmins(here, async (admins) => {
    await expect(verifyArchive(here.app.fleet, admins, opened)).rejects.toMatchObject({ code: 'SCHEMA_MISMATCH' });
    await verifyArchive(newer, admins, opened);
  });
});

test('a table whose definition changes before it is archived is archived in its new form', async () => {
  await using here = await ownWorld();
  const { tenant } = await here.company('Rewritten');
  await here.app.catalog.write((tx) => tx.execute(sql`select 1`));
  await createClient(await (await here.company('Other')).as('OWNER'));
  const owner = here.app.installation.roles.owner;
  await withAdmins(here, async (admins) => {
    let backup: Promise<unknown> = Promise.resolve();
    await admins.at(tenant, (admin) =>
      admin.transaction(async (tx) => {
        await tx.run(`set local role "${owner}"`);
        await tx.run(`insert into "${tenant.schemaName}".settings (key, value) values ('before', '1')`);
        // Rewrites the table: to a snapshot of before, it would seem empty
        await tx.run(`alter table "${tenant.schemaName}".settings alter column key type varchar using key || '!'`);
        await tx.run(`alter table "${tenant.schemaName}".settings alter column key type text`);
        backup = archiveOf(here, tenant, folder).then(textsOf);
        backup.catch(() => {});
        await expect
          .poll(() =>
            admins.at(tenant, (other) =>
              other.run(
                `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
              ),
            ),
          )
          .toHaveLength(1);
      }),
    );
    const texts = (await backup) as Map<string, string>;
    expect(texts.get('data/settings/000001.copy.zst')).toContain('before!\t1');
  });
});
