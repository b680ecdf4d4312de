import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Admin } from '../../src/db/admin.ts';
import { deleteOrganization } from '../../src/tenancy/deletion/delete-organization.ts';
import { purgeOrganization } from '../../src/tenancy/deletion/purge-organization.ts';
import { getReceipt, isGenuine } from '../../src/tenancy/deletion/receipt.ts';
import { TenantDirectory } from '../../src/tenancy/directory.ts';
import type { Fleet } from '../../src/tenancy/fleet.ts';
import { provisionTenant } from '../../src/tenancy/provision.ts';
import { organizationNamed } from './organization.ts';

export interface KillReport {
  kills: number;
  /** How many of them hit work that was under way. */
  during: number;
  /** What was found right after the kills, by what was being done and the status. */
  found: Record<string, number>;
  /** Tenants that were served without being whole, or were there no more without a receipt, and what no repetition mended. There must be none. */
  torn: string[];
  /** Schemas and roles in the database that the catalog does not know. There must be none. */
  lost: number;
}

const victim = path.resolve(import.meta.dirname, 'victim.ts');
const by = { actor: { kind: 'SYSTEM' } } as const;

/** Kills processes at random moments of making a tenant and of deleting one, looks what is left, and repeats what they did. */
export async function killLives(url: string, fleet: Fleet, kills: number): Promise<KillReport> {
  await using admin = new Admin({ url });
  const report: KillReport = { kills: 0, during: 0, found: {}, torn: [], lost: 0 };
  const whole = await tablesOf(admin, (await provisionTenant(fleet, organizationNamed('model'))).schemaName);
  for (const deed of ['make', 'delete'] as const) {
    let lasts = 500;
    for (let n = 0; n <= kills; n++) {
      const slug = `${deed}-${n}`;
      if (deed === 'delete') await provisionTenant(fleet, organizationNamed(slug));
      // The first is let live, to know how long it takes
      const took = await run(url, deed, slug, n === 0 ? undefined : Math.random() * lasts);
      if (n === 0) lasts = took ?? lasts;
      else {
        report.kills++;
        if (took === undefined) report.during++;
      }
      const found = await new TenantDirectory({ catalog: fleet.catalog }).findBySlug(slug);
      const name = `${deed}: ${found?.status ?? 'not there'}`;
      report.found[name] = (report.found[name] ?? 0) + 1;
      if (found?.status === 'ACTIVE' && (await tablesOf(admin, found.schemaName)) !== whole) report.torn.push(slug);
      await (deed === 'make' ? makeAgain : deleteAgain)(fleet, slug).catch((error: unknown) => {
        report.torn.push(`${slug}: ${String(error)}`);
      });
    }
  }
  report.lost = await lostIn(admin);
  return report;
}

/** Gives how long it took; undefined when it was killed before it was done. */
async function run(url: string, deed: string, slug: string, killAfter?: number): Promise<number | undefined> {
  const child = fork(victim, [url, deed, slug]);
  const gone = once(child, 'exit');
  const ready = await Promise.race([once(child, 'message'), gone.then(() => undefined)]);
  if (!ready) throw new Error(`The process for ${slug} ended before it began`);
  const from = performance.now();
  child.send('go');
  const done = once(child, 'message').then(() => performance.now() - from);
  const took = await (killAfter === undefined ? done : Promise.race([done, delay(killAfter).then(() => undefined)]));
  child.kill('SIGKILL');
  await gone;
  return took;
}

async function makeAgain(fleet: Fleet, slug: string): Promise<void> {
  const made = await new TenantDirectory({ catalog: fleet.catalog }).findBySlug(slug);
  if (made?.status !== 'ACTIVE') await untilFree(() => provisionTenant(fleet, organizationNamed(slug)));
}

async function deleteAgain(fleet: Fleet, slug: string): Promise<void> {
  const left = await fleet.catalog.read((db) => db.query.organizations.findFirst({ where: { slug } }));
  if (left) {
    await untilFree(() => deleteOrganization(fleet, left.id, { by }));
    await untilFree(() => purgeOrganization(fleet, left.id, { by, now: true }));
  }
  if (!isGenuine(await getReceipt(fleet.catalog, slug))) throw new Error('The receipt is not genuine');
}

/** The server notices a moment later that a process was killed, and keeps its locks until then. */
async function untilFree<T>(work: () => Promise<T>, attempts = 50): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (attempts === 0) throw error;
    await delay(100);
    return await untilFree(work, attempts - 1);
  }
}

async function tablesOf(admin: Admin, schemaName: string): Promise<number> {
  const [row] = await admin.run<{ tables: number }>(
    `select count(*)::int as tables from pg_class where relnamespace = to_regnamespace($1) and relkind = 'r'`,
    [schemaName],
  );
  return row!.tables;
}

async function lostIn(admin: Admin): Promise<number> {
  const [row] = await admin.run<{ lost: number }>(
    `select ((select count(*) from pg_namespace n where n.nspname like any (array['tenant\\_%', 'dropping\\_%'])
        and not exists (select from catalog.tenant_schemas s where s.schema_name = replace(n.nspname, 'dropping_', '')))
      + (select count(*) from pg_roles r where r.rolname ~ '^ch[0-9a-f]{8}_t_'
        and not exists (select from catalog.tenant_schemas s where s.role_name = r.rolname)))::int as lost`,
  );
  return row!.lost;
}
