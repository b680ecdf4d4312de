import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { backupCatalog } from '../../src/fleet/archive/backup-catalog.ts';
import { openArchive } from '../../src/fleet/archive/open-archive.ts';
import { migrateFleet } from '../../src/fleet/schemas/migrate.ts';
import { FolderStorage } from '../../src/storage/folder-storage.ts';
import { createClient } from '../projects/support.ts';
import { commandLine } from '../support/command-line.ts';
import { createDatabase } from '../support/database.ts';
import { ownWorld } from '../support/own-world.ts';
import { World } from '../support/world.ts';
import { archiveOf, scratchFolder, textsOf } from './support.ts';

const folder = await scratchFolder();

test('an installation that lost its database is restored from the archives of its catalog and its organizations', async () => {
  await using lost = await ownWorld();
  const company = await lost.company('Saved');
  const owner = await company.as('OWNER');
  await createClient(owner, { name: 'Survivor' });
  const other = await lost.company('Later');
  await lost.app.catalog.write((tx) =>
    tx.execute(sql`insert into tenant_schemas (schema_name, database_id, role_name, state)
      select 'tenant_spare', database_id, 'r', 'SPARE' from tenant_schemas limit 1`),
  );
  const tenantArchive = await archiveOf(lost, company.tenant, folder);
  const { file } = await backupCatalog(lost.app.fleet, { storage: new FolderStorage(folder) });

  await using database = await createDatabase();
  await using found = await World.open({ databaseUrl: database.url });
  await migrateFleet(found.app.fleet);
  const chantier = commandLine(found.app);
  const restored = await chantier(['restore', file, '--catalog', '--json']);
  expect([restored.code, JSON.parse(restored.stdout).waiting]).toEqual([
    0,
    [company.tenant.slug, other.tenant.slug].sort(),
  ]);
  // Sealed keys open under the same secret: who was signed in still is; data is there once it was restored
  const waiting = await found.graphql('{ viewer { role } }', {}, owner.headers);
  expect(waiting.errors[0]?.extensions.code).toBe('MIGRATING');
  const over = await chantier([
    'tenant',
    'restore',
    tenantArchive.file,
    '--over',
    company.tenant.slug,
    '--yes',
    '--json',
  ]);
  expect([over.code, JSON.parse(over.stdout).safetyArchive]).toEqual([0, null]);
  const served = await found.graphql('{ clients(first: 2) { nodes { name } } }', {}, owner.headers);
  expect(served.data.clients.nodes).toEqual([{ name: 'Survivor' }]);
  // A schema of the lost database is nobody's spare
  await found.company('New');
  const again = await chantier(['restore', file, '--catalog']);
  expect([again.code, again.stderr]).toEqual([5, expect.stringContaining('not empty')]);
  expect((await chantier(['tenant', 'verify', file])).code).toBe(0);
  expect((await chantier(['restore', tenantArchive.file, '--catalog'])).code).toBe(2);
  expect((await chantier(['tenant', 'restore', file, '--as', 'catalog'])).code).toBe(2);
});

test('an archive of the restored catalog has the same data parts', async () => {
  await using here = await ownWorld();
  await (await here.company('One')).as('OWNER');
  const archive = await openArchive(
    (await backupCatalog(here.app.fleet, { storage: new FolderStorage(folder) })).place,
  );
  await using database = await createDatabase();
  await using there = await World.open({ databaseUrl: database.url });
  await migrateFleet(there.app.fleet);
  await commandLine(there.app)(['restore', archive.file, '--catalog']);
  const again = await openArchive((await backupCatalog(there.app.fleet, { storage: new FolderStorage(folder) })).place);
  const kept = async (of: typeof archive) => {
    const texts = await textsOf(of);
    // Those that the restore itself changes
    for (const table of ['tenant_schemas', 'audit_logs']) texts.delete(`data/${table}/000001.copy.zst`);
    return texts;
  };
  expect(await kept(again)).toEqual(await kept(archive));
  const damaged = path.join(folder, 'damaged.tar');
  await writeFile(damaged, 'x'.repeat(2000));
  expect((await commandLine(there.app)(['restore', damaged, '--catalog'])).code).toBe(2);
});
