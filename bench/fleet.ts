import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { App } from '../src/app.ts';
import { startEmbedded } from '../src/db/embedded.ts';
import { ensureDemo } from '../src/demo/ensure-demo.ts';
import { demoOrganizations } from '../src/demo/people.ts';
import { backupTenant } from '../src/fleet/archive/backup-tenant.ts';
import { runDoctor } from '../src/fleet/doctor/run-doctor.ts';
import { allAdminsOf, type Fleet } from '../src/fleet/fleet.ts';
import { migrateFleet } from '../src/fleet/schemas/migrate.ts';
import { schemaStatus } from '../src/fleet/schemas/schema-status.ts';
import { systemClock } from '../src/lib/clock.ts';
import { FolderStorage } from '../src/storage/folder-storage.ts';
import { makeTenants, openFleet, Release } from './fleet/estate.ts';
import { killMigrations } from './fleet/kills.ts';
// What fills the demo asks the rules of rows
import '../src/schema.ts';

/*
 * What work on many tenants takes: `node bench/fleet.ts --tenants 1000 --kills 50`. With --data the tenants are kept in
 * that folder for another run. Durability is on, as in production.
 */
const { values } = parseArgs({
  options: {
    tenants: { type: 'string', default: '1000' },
    parallel: { type: 'string', default: '4' },
    kills: { type: 'string', default: '0' },
    data: { type: 'string' },
  },
});
const [tenants, parallel, kills] = [Number(values.tenants), Number(values.parallel), Number(values.kills)];

await using resources = new AsyncDisposableStack();
const dataDir = values.data ?? (await mkdtemp(path.join(tmpdir(), 'chantier-fleet-')));
if (values.data === undefined) resources.defer(() => rm(dataDir, { recursive: true, force: true }));
const server = resources.use(await startEmbedded({ dataDir, settings: { max_connections: 100 } }));
const release = await Release.in(dataDir);

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const from = performance.now();
  const result = await work();
  console.log(`${what}: ${((performance.now() - from) / 1000).toFixed(1)} s`);
  return result;
}

/** One of the demo companies, as a first start without a database makes them. */
async function backUpDemo({ directory }: App, fleet: Fleet): Promise<void> {
  const tenant = await directory.getBySlug(demoOrganizations[0]!.slug);
  await using admins = allAdminsOf(fleet);
  const { size, manifest } = await backupTenant(fleet, admins, tenant, {
    storage: new FolderStorage(path.join(dataDir, 'backups')),
  });
  console.log(`  ${manifest.tables.reduce((sum, { rows }) => sum + rows, 0)} rows, ${size} bytes`);
}

{
  const { app, fleet } = await openFleet(server.url, release.root);
  await migrateFleet(fleet);
  await ensureDemo(app);
  const made = await timed(`${tenants} tenants made where missing`, () => makeTenants(fleet, tenants, parallel));
  console.log(`  of them now: ${made}`);
  await app[Symbol.asyncDispose]();
}
let migratesInMs = 0;
await release.add(`release_${Date.now()}`);
{
  const { app, fleet } = await openFleet(server.url, release.root);
  await timed('status of all', () => schemaStatus(fleet));
  const from = performance.now();
  const report = await timed('one column and one index in each', () => migrateFleet(fleet, { parallel }));
  migratesInMs = performance.now() - from;
  console.log(`  migrated ${report.migrated.length}, failed ${report.failed.length}`);
  await timed('nothing left to migrate', () => migrateFleet(fleet, { parallel }));
  const doctor = await timed('doctor', () =>
    runDoctor(fleet, { clock: systemClock, pools: { tenants: 10, catalog: 3, slotBytes: 160_000_000 }, spares: 0 }),
  );
  console.log(`  compared ${doctor.compared}, drift ${doctor.drift.length}, findings ${doctor.findings.length}`);
  await timed('a demo company backed up', () => backUpDemo(app, fleet));
  for (const line of doctor.budgets.flatMap(({ lines }) => lines)) console.log(`  ${JSON.stringify(line)}`);
  await app[Symbol.asyncDispose]();
}
if (kills > 0) {
  const report = await timed(`${kills} kills of a migration`, () =>
    killMigrations(server.url, release, kills, migratesInMs),
  );
  console.log(`  ${JSON.stringify(report)}`);
  const { app, fleet } = await openFleet(server.url, release.root);
  const { failed } = await timed('run again', () => migrateFleet(fleet, { parallel }));
  console.log(`  failed ${failed.length}`);
  await app[Symbol.asyncDispose]();
}
