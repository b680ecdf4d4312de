import { App } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { Admin } from '../../src/db/admin.ts';
import type { EmbeddedServer } from '../../src/db/embedded.ts';
import { quoteIdentifier } from '../../src/db/identifier.ts';
import { migrateFleet } from '../../src/fleet/schemas/migrate.ts';
import { provisionTenant } from '../../src/fleet/schemas/provision.ts';
import { createLogger } from '../../src/lib/logger.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import { openDatabase } from './database.ts';
import { environment } from './environment.ts';
import { signInManager } from './member.ts';
import { addPeerFunctions } from './peer-functions.ts';
import { readSample, type Sample } from './sample.ts';
import { firstOwnDay, seededTables, seedTenant } from './seed-tenant.ts';
import type { DatasetSpec, TenantSize } from './sizes.ts';

/** One tenant as requests know it: who asks, and for what. */
export interface BenchTenant {
  tenant: Tenant;
  token: string;
  sample: Sample;
}

export interface Dataset extends AsyncDisposable {
  spec: DatasetSpec;
  /** Superuser's address of its database. */
  url: string;
  app: App;
  tenants: BenchTenant[];
}

export interface DatasetOptions {
  progress: (line: string) => void;
  signal: AbortSignal;
}

/** Tenants are opened side by side. */
const workers = 4;

/** Opens a data set; makes what is missing of it, and removes what earlier runs recorded. */
export async function openDataset(
  server: EmbeddedServer,
  spec: DatasetSpec,
  { progress, signal }: DatasetOptions,
): Promise<Dataset> {
  const url = await openDatabase(server, spec);
  await using opened = new AsyncDisposableStack();
  const config = loadConfig(environment(url));
  const app = opened.use(await App.open({ config, logger: createLogger({ level: 'warn', stream: 'stderr' }) }));
  await migrateFleet(app.fleet);
  const tenants: BenchTenant[] = [];
  const dirty: string[] = [];
  let [next, done] = [1, 0];
  const worker = async () => {
    await using admin = new Admin({ url });
    for (let n = next++; n <= spec.tenants; n = next++) {
      signal.throwIfAborted();
      const { tables, ...tenant } = await openTenant(app, admin, n, spec.size);
      tenants[n - 1] = tenant;
      dirty.push(...tables);
      if (++done % 50 === 0 || done === spec.tenants) progress(`${spec.name}: ${done} of ${spec.tenants} tenants`);
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
  await using admin = new Admin({ url });
  for (const table of dirty) await admin.run(`vacuum (analyze) ${table}`);
  await admin.run('checkpoint');
  const kept = opened.move();
  return { spec, url, app, tenants, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** Finds or makes a tenant, and says which of its tables have changed much. */
async function openTenant(app: App, admin: Admin, n: number, size: TenantSize) {
  const name = `Bench ${String(n).padStart(4, '0')}`;
  const slug = name.toLowerCase().replace(' ', '-');
  const tenant =
    (await app.directory.findBySlug(slug)) ??
    (await provisionTenant(app.fleet, { name, slug, timeZone: 'Europe/Paris', locale: 'fr-FR', currency: 'EUR' }));
  const schema = quoteIdentifier(tenant.schemaName);
  const changed = await admin.transaction(async (tx) => {
    const [seeded] = await tx.run(`select from ${schema}.projects limit 1`);
    if (seeded) {
      const own = `work_date >= '${firstOwnDay}'`;
      const [removed] = await tx.run(
        `with own as (delete from ${schema}.time_entries where ${own} returning 1) select from own`,
      );
      return removed ? ['time_entries', 'events'] : [];
    }
    await seedTenant(tx, tenant, app.installation.roles.owner, size);
    await addPeerFunctions(tx);
    return seededTables;
  });
  const token = await signInManager(app, tenant);
  const sample = await app.binding.read(tenant, readSample);
  return { tenant, token, sample, tables: changed.map((table) => `${schema}.${table}`) };
}
