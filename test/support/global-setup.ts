import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { App } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { startEmbedded } from '../../src/db/embedded.ts';
import { migrateFleet } from '../../src/fleet/schemas/migrate.ts';
import { keepSpares } from '../../src/fleet/schemas/spares.ts';
import { createLogger } from '../../src/lib/logger.ts';
import { createDatabaseOn } from './create-database.ts';
import { copyServer, makeEmptyServer } from './empty-server.ts';
import { startPgbouncer } from './pgbouncer.ts';
import { testSecret } from './test-secret.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's address of a database on the run's server. */
    adminUrl: string;
    /** The data directory of a server that was started once and stopped; empty if none can be copied. */
    emptyServer: string;
    /** The name of the database with the installation that test files copy; nobody is connected to it. */
    installation: string;
    /** Where the run's pgbouncer listens; 0 without one. */
    pgbouncerPort: number;
  }
}

/** What a test's data is worth: none survives the run, so nothing need reach the disk. */
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: 400 };

/** How many organizations of a copy are made without building a schema. */
const spares = 4;

/** Starts the run's own server, or takes the one of TEST_DATABASE_URL, and makes the installation that tests copy. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await using resources = new AsyncDisposableStack();
  const { url, emptyServer = '' } = await findServer(resources);
  const database = resources.use(await createDatabaseOn(url));
  await install(database.url);
  const pooler = process.env.TEST_THROUGH_PGBOUNCER === '1' ? resources.use(await startPgbouncer(url)) : undefined;
  project.provide('pgbouncerPort', pooler?.port ?? 0);
  project.provide('emptyServer', emptyServer);
  project.provide('adminUrl', url);
  project.provide('installation', database.name);
  const kept = resources.move();
  return () => kept.disposeAsync();
}

async function findServer(resources: AsyncDisposableStack): Promise<{ url: string; emptyServer?: string }> {
  if (process.env.TEST_DATABASE_URL) return { url: process.env.TEST_DATABASE_URL };
  const dir = await mkdtemp(path.join(tmpdir(), 'chantier-test-'));
  resources.defer(() => rm(dir, { recursive: true, force: true }));
  // As root the server runs under another account, which must be able to pass.
  await chmod(dir, 0o711);
  const [emptyServer, dataDir] = [path.join(dir, 'empty'), path.join(dir, 'data')] as const;
  const canCopy = await makeEmptyServer(emptyServer);
  if (canCopy) await copyServer(emptyServer, dataDir);
  const { url } = resources.use(await startEmbedded({ dataDir, settings }));
  return { url, ...(canCopy && { emptyServer }) };
}

async function install(databaseUrl: string): Promise<void> {
  const config = loadConfig({ NODE_ENV: 'test', DATABASE_URL: databaseUrl, SECRET: testSecret });
  await using app = await App.open({ config, logger: createLogger({ level: 'fatal' }) });
  await migrateFleet(app.fleet);
  await keepSpares(app.fleet, { keep: spares });
}
