import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbedded } from '../src/db/embedded.ts';
import { deleteOrganization } from '../src/fleet/deletion/delete-organization.ts';
import { purgeOrganization } from '../src/fleet/deletion/purge-organization.ts';
import { migrateFleet } from '../src/fleet/schemas/migrate.ts';
import { provisionTenant } from '../src/fleet/schemas/provision.ts';
import { keepSpares } from '../src/fleet/schemas/spares.ts';
import { openFleet } from './fleet/estate.ts';
import { killLifecycle } from './lifecycle/kills.ts';
import { organizationNamed } from './lifecycle/organization.ts';
import { databaseSeconds, processSeconds } from './measure/processor.ts';

/*
 * Measures what creating, deleting and restoring tenants takes: `node bench/lifecycle.ts --tenants 1000 --kills 50`.
 * Durability is on, as in production. With kills, as many processes that make a tenant, that delete one, and that
 * restore over one are killed (SIGKILL) at random moments.
 */
const { values } = parseArgs({
  options: {
    tenants: { type: 'string', default: '100' },
    parallel: { type: 'string', default: '4' },
    kills: { type: 'string', default: '0' },
  },
});
const [tenants, parallel, kills] = [Number(values.tenants), Number(values.parallel), Number(values.kills)];
const fewer = Math.min(20, tenants);
const by = { actor: { kind: 'SYSTEM' } } as const;

await using resources = new AsyncDisposableStack();
const dataDir = await mkdtemp(path.join(tmpdir(), 'chantier-lifecycle-'));
resources.defer(() => rm(dataDir, { recursive: true, force: true }));
const server = resources.use(await startEmbedded({ dataDir, settings: { max_connections: 100 } }));
const { app, fleet } = await openFleet(server.url);
resources.use(app);
await migrateFleet(fleet);

/** Times of each, in milliseconds, and the processor time that one took on average. */
async function measure(what: string, count: number, work: (times: number[]) => Promise<unknown>): Promise<void> {
  const [node, database, from] = [processSeconds(process.pid), databaseSeconds(server.pid), performance.now()];
  const times: number[] = [];
  await work(times);
  const seconds = (performance.now() - from) / 1000;
  const perOne = (used: number) => `${((used * 1000) / count).toFixed(1)} ms`;
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => `${sorted[Math.floor((sorted.length - 1) * share)]!.toFixed(1)} ms`;
  const each = sorted.length > 0 ? `, each: median ${at(0.5)}, 99 % under ${at(0.99)}` : '';
  console.log(`${what}: ${count} in ${seconds.toFixed(1)} s${each}`);
  console.log(
    `  processor for one: ${perOne(processSeconds(process.pid) - node)} here, ${perOne(databaseSeconds(server.pid) - database)} in the database`,
  );
}

async function eachTimed(times: number[], count: number, work: (n: number) => Promise<unknown>): Promise<void> {
  for (let n = 1; n <= count; n++) {
    const from = performance.now();
    await work(n);
    times.push(performance.now() - from);
  }
}

await measure('made without a spare', fewer, (times) =>
  eachTimed(times, fewer, (n) => provisionTenant(fleet, organizationNamed(`slow-${n}`))),
);
await measure(`spares built, ${parallel} at once`, tenants, () => keepSpares(fleet, { keep: tenants, parallel }));
const made: string[] = [];
await measure('made with a spare', tenants, (times) =>
  eachTimed(times, tenants, async (n) => made.push((await provisionTenant(fleet, organizationNamed(`quick-${n}`))).id)),
);
await measure('deleted and dropped', fewer, (times) =>
  eachTimed(times, fewer, async (n) => {
    const id = made[n - 1]!;
    await deleteOrganization(fleet, id, { by });
    await purgeOrganization(fleet, id, { by, now: true });
  }),
);
for (const deed of kills > 0 ? (['make', 'delete', 'restore'] as const) : []) {
  console.log(JSON.stringify(await killLifecycle(server.url, fleet, { deed, kills })));
}
