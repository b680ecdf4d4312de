import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { startEmbedded } from '../../src/db/embedded.ts';
import { measureTenants } from '../../src/fleet/metrics/measure-tenants.ts';
import { bootstrap } from '../../src/fleet/schemas/bootstrap.ts';
import { createDatabaseOn } from '../support/create-database.ts';
import { Raw } from '../tenancy/raw.ts';
import { TestLines } from '../tenancy/test-lines.ts';
import { secret, World } from '../tenancy/world.ts';

it('reports the slowest statements of one organization only, if the database records them', {
  timeout: 120_000,
}, async () => {
  await using resources = new AsyncDisposableStack();
  const dir = await mkdtemp(path.join(tmpdir(), 'chantier-statements-'));
  resources.defer(() => rm(dir, { recursive: true, force: true }));
  await chmod(dir, 0o711);
  const settings = { fsync: 'off', shared_preload_libraries: 'pg_stat_statements' };
  const server = resources.use(await startEmbedded({ dataDir: path.join(dir, 'data'), settings }));
  const database = resources.use(await createDatabaseOn(server.url));
  const admin = resources.use(new Raw(database.url));
  await admin.run('create schema counted');
  await admin.run('create extension pg_stat_statements schema counted');
  const lines = resources.use(
    await TestLines.of({ alpha: { '20260101000000_init': 'CREATE TABLE "notes" ("id" uuid PRIMARY KEY);' } }),
  );
  const installation = await bootstrap({ adminUrl: database.url, secret });
  const world = resources.use(await World.open(database, installation, lines.read()));
  const [acme, globex] = [await world.provision('Acme'), await world.provision('Globex')];
  await world.binding.read(acme, (db) => db.execute(sql`select count(*) as of_acme from notes`));
  await world.binding.read(globex, (db) => db.execute(sql`select count(*) as of_globex from notes`));
  const { tenants } = await measureTenants(world.fleet, { only: 'acme' });
  const texts = tenants[0]!.slowest!.map(({ text }) => text).join('\n');
  expect(texts).toContain('of_acme');
  expect(texts).not.toContain('of_globex');
});
