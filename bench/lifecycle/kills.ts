import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Admin } from '../../src/db/admin.ts';
import { backupTenant } from '../../src/fleet/archive/backup-tenant.ts';
import { deleteOrganization } from '../../src/fleet/deletion/delete-organization.ts';
import { purgeOrganization } from '../../src/fleet/deletion/purge-organization.ts';
import { getReceipt, isGenuine } from '../../src/fleet/deletion/receipt.ts';
import { allAdminsOf, type Fleet } from '../../src/fleet/fleet.ts';
import { provisionTenant } from '../../src/fleet/schemas/provision.ts';
import { FolderStorage } from '../../src/storage/folder-storage.ts';
import { TenantDirectory } from '../../src/tenancy/directory.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import { organizationNamed, restoreFrom } from './organization.ts';
import type { Deed } from './victim.ts';

export interface KillReport {
  kills: number;
  /** How many of them hit work that was under way. */
  during: number;
  /** What was found right after the kills, by what was being done and the status. */
  found: Record<string, number>;
  /**
   * Tenants that were served without being whole, or were there no more without a receipt, and what no repetition
   * mended. There must be none.
   */
  torn: string[];
  /** Schemas and roles in the database that the catalog does not know. There must be none. */
  lost: number;
}

const victim = path.resolve(import.meta.dirname, 'victim.ts');
const by = { actor: { kind: 'SYSTEM' } } as const;

/** Kills processes at random moments of what they do with a tenant, looks what is left, and repeats what they did. */
export async function killLifecycle(
  url: string,
  fleet: Fleet,
  { deed, kills }: { deed: Deed; kills: number },
): Promise<KillReport> {
  await using admin = new Admin({ url });
  const report: KillReport = { kills: 0, during: 0, found: {}, torn: [], lost: 0 };
  const model = await provisionTenant(fleet, organizationNamed(`model-${deed}`));
  const whole = await tablesOf(admin, model.schemaName);
  await using life = await lifeOf(deed, fleet, admin);
  let lasts = 500;
  for (let n = 0; n <= kills; n++) {
    const slug = deed === 'restore' ? 'restored' : `${deed}-${n}`;
    await life.begin(slug);
    // The first is let live, to know how long it takes
    const took = await run([url, deed, slug, life.file], n === 0 ? undefined : Math.random() * lasts);
    if (n === 0) lasts = took ?? lasts;
    else {
      report.kills++;
      if (took === undefined) report.during++;
    }
    const found = await new TenantDirectory({ catalog: fleet.catalog }).findBySlug(slug);
    const name = `${deed}: ${found ? await life.stateOf(found) : 'not there'}`;
    report.found[name] = (report.found[name] ?? 0) + 1;
    const isWhole = found?.status !== 'ACTIVE' || (await tablesOf(admin, found.schemaName)) === whole;
    if (!isWhole || name.endsWith('torn')) report.torn.push(slug);
    await life.again(slug).catch((error: unknown) => {
      report.torn.push(`${slug}: ${String(error)}`);
    });
  }
  report.lost = await lostIn(admin);
  return report;
}

/** What comes before and after a kill. */
interface Life extends AsyncDisposable {
  /** The archive that is restored. */
  file: string;
  begin(slug: string): Promise<void>;
  /** How the tenant is found, in a word: `torn` when it is neither old nor new. */
  stateOf(found: Tenant): Promise<string>;
  /** Does the same again, and throws when it is not done then. */
  again(slug: string): Promise<void>;
}

async function lifeOf(deed: Deed, fleet: Fleet, admin: Admin): Promise<Life> {
  if (deed === 'restore') return await restoring(fleet, admin);
  return {
    file: '',
    async begin(slug) {
      if (deed === 'delete') await provisionTenant(fleet, organizationNamed(slug));
    },
    stateOf: async ({ status }) => status,
    again: (slug) => (deed === 'make' ? makeAgain : deleteAgain)(fleet, slug),
    async [Symbol.asyncDispose]() {},
  };
}

/** One tenant, archived with one setting; each time another is written, which a restore takes away. */
async function restoring(fleet: Fleet, admin: Admin): Promise<Life> {
  const folder = await mkdtemp(path.join(tmpdir(), 'chantier-kills-'));
  const directory = () => new TenantDirectory({ catalog: fleet.catalog });
  const tenant = await provisionTenant(fleet, organizationNamed('restored'));
  const note = (schemaName: string, key: string) =>
    admin.run(`insert into ${schemaName}.settings (key, value) values ($1, '1')`, [key]);
  const stateOf = async ({ status, schemaName }: Tenant) => {
    const rows = await admin.run<{ key: string }>(`select key from ${schemaName}.settings order by 1`);
    const keys = rows.map(({ key }) => key).join();
    if (status !== 'ACTIVE') return status;
    return keys === 'kept,lost' ? 'old' : keys === 'kept' ? 'new' : 'torn';
  };
  await note(tenant.schemaName, 'kept');
  await using admins = allAdminsOf(fleet);
  const { file } = await backupTenant(fleet, admins, tenant, { storage: new FolderStorage(folder) });
  return {
    file,
    begin: async (slug) => void (await note((await directory().getBySlug(slug)).schemaName, 'lost')),
    stateOf,
    async again(slug) {
      await untilFree(() => restoreFrom(fleet, slug, file));
      const state = await stateOf(await directory().getBySlug(slug));
      if (state !== 'new') throw new Error(`It is ${state}`);
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

/** Gives how long it took; undefined when it was killed before it was done. */
async function run(what: string[], killAfter?: number): Promise<number | undefined> {
  const child = fork(victim, what);
  const gone = once(child, 'exit');
  const ready = await Promise.race([once(child, 'message'), gone.then(() => undefined)]);
  if (!ready) throw new Error(`The process for ${what.slice(1)} ended before it began`);
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
