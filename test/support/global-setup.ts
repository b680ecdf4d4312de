import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { Admin } from '../../src/db/admin.ts';
import { startEmbedded } from '../../src/db/embedded.ts';
import { bootstrap } from '../../src/fleet/schemas/bootstrap.ts';
import { migrateDatabase } from '../../src/fleet/schemas/migrate-database.ts';
import { MigrationLines } from '../../src/fleet/schemas/migration-lines.ts';
import { createDatabaseOn } from './create-database.ts';
import { startPgbouncer } from './pgbouncer.ts';
import { testSecret } from './test-secret.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's address of a database on the run's server. */
    adminUrl: string;
    /**
     * A superuser's address of the database with the installation that test files share; each makes its own tenants.
     */
    databaseUrl: string;
    /** Where the run's pgbouncer listens; 0 without one. */
    pgbouncerPort: number;
  }
}

/** What a test's data is worth: none survives the run, so nothing need reach the disk. */
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: 400 };

/** Starts the run's own server, or takes the one of TEST_DATABASE_URL, and makes the installation that tests share. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await using resources = new AsyncDisposableStack();
  const url = process.env.TEST_DATABASE_URL ?? (await startServer(resources));
  const database = resources.use(await createDatabaseOn(url));
  await install(database.url);
  const pooler = process.env.TEST_THROUGH_PGBOUNCER === '1' ? resources.use(await startPgbouncer(url)) : undefined;
  project.provide('pgbouncerPort', pooler?.port ?? 0);
  project.provide('adminUrl', url);
  project.provide('databaseUrl', database.url);
  const kept = resources.move();
  return () => kept.disposeAsync();
}

async function startServer(resources: AsyncDisposableStack): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), 'chantier-test-'));
  resources.defer(() => rm(dir, { recursive: true, force: true }));
  // As root the server runs under another account, which must be able to pass.
  await chmod(dir, 0o711);
  const server = resources.use(await startEmbedded({ dataDir: path.join(dir, 'data'), settings }));
  return server.url;
}

async function install(url: string): Promise<void> {
  const installation = await bootstrap({ adminUrl: url, secret: testSecret });
  await using admin = new Admin({ url });
  await migrateDatabase(admin, installation, new MigrationLines());
}
