import { App } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { Admin } from '../../src/db/admin.ts';
import type { EmbeddedServer } from '../../src/db/embedded.ts';
import { quoteIdentifier } from '../../src/db/identifier.ts';
import { createLogger } from '../../src/lib/logger.ts';
import { migrateFleet } from '../../src/tenancy/migrate.ts';
import { provisionTenant } from '../../src/tenancy/provision.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import { openDatabase } from './database.ts';
import { environment } from './environment.ts';
import { signInManager } from './member.ts';
import { addPeerFunctions } from './peer-functions.ts';
import { readSample, type Sample } from './sample.ts';
import { firstOwnDay, seedTenant } from './seed-tenant.ts';
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

/** Opens a data set; makes what is missing of it, and removes what earlier runs recorded. */
export async function openDataset(
  server: EmbeddedServer,
  spec: DatasetSpec,
  { progress, signal }: { progress: (line: string) => void; signal: AbortSignal },
): Promise<Dataset> {
  const url = await openDatabase(server, spec);
  await using opened = new AsyncDisposableStack();
  const config = loadConfig(environment(url));
  const app = opened.use(await App.open({ config, logger: createLogger({ level: 'warn', stream: 'stderr' }) }));
  await migrateFleet(app.fleet);
  const admin = opened.use(new Admin({ url }));
  const tenants: BenchTenant[] = [];
  for (let n = 1; n <= spec.tenants; n++) {
    signal.throwIfAborted();
    tenants.push(await openTenant(app, admin, n, spec.size));
    if (n % 10 === 0 || n === spec.tenants) progress(`${spec.name}: ${n} of ${spec.tenants} tenants`);
  }
  await admin.run('vacuum (analyze)');
  await admin.run('checkpoint');
  const kept = opened.move();
  return { spec, url, app, tenants, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

async function openTenant(app: App, admin: Admin, n: number, size: TenantSize): Promise<BenchTenant> {
  const name = `Bench ${String(n).padStart(4, '0')}`;
  const slug = name.toLowerCase().replace(' ', '-');
  const tenant =
    (await app.directory.findBySlug(slug)) ??
    (await provisionTenant(app.fleet, { name, slug, timeZone: 'Europe/Paris', locale: 'fr-FR', currency: 'EUR' }));
  await admin.transaction(async (tx) => {
    const schema = quoteIdentifier(tenant.schemaName);
    const [seeded] = await tx.run(`select from ${schema}.projects limit 1`);
    if (seeded) await tx.run(`delete from ${schema}.time_entries where work_date >= '${firstOwnDay}'`);
    else {
      await seedTenant(tx, tenant, app.installation.roles.owner, size);
      await addPeerFunctions(tx);
    }
  });
  const token = await signInManager(app, tenant);
  return { tenant, token, sample: await app.binding.read(tenant, readSample) };
}
