import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DoctorOptions, runDoctor } from '../../src/fleet/doctor/run-doctor.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { TenantDirectory } from '../../src/tenancy/directory.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import { commandLine } from '../support/command-line.ts';
import { Raw } from '../tenancy/raw.ts';
import { TestLines } from '../tenancy/test-lines.ts';
import { World } from '../tenancy/world.ts';

let world: World;
let admin: Raw;
let acme: Tenant;
let globex: Tenant;
const options: DoctorOptions = {
  clock: systemClock,
  pools: { tenants: 10, catalog: 3, slotBytes: 160_000_000 },
  spares: 0,
};

/** What the tests' own server is like. */
const ofTheTests = new Set(['fsync', 'full_page_writes', 'synchronous_commit', 'max_locks_per_transaction']);

beforeAll(async () => {
  await using lines = await TestLines.of({
    alpha: { '20260101000000_init': 'CREATE TABLE "notes" ("id" uuid PRIMARY KEY, "text" text);' },
  });
  world = await World.create(lines.read());
  admin = new Raw(world.database.url);
  acme = await world.provision('Acme');
  globex = await world.provision('Globex');
});

afterAll(async () => {
  await admin[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

/** `check subject` of all findings but those about the tests' server. */
async function findings(more: Partial<DoctorOptions> = {}): Promise<string[]> {
  const report = await runDoctor(world.fleet, { ...options, ...more });
  const ours = report.findings.filter(({ subject }) => !ofTheTests.has(subject));
  return ours.map(({ check, subject }) => `${check} ${subject}`).sort();
}

it('finds nothing in an intact installation, and compares every schema', async () => {
  expect(await findings()).toEqual([]);
  const report = await runDoctor(world.fleet, options);
  expect(report).toMatchObject({ compared: 2, drift: [] });
  expect(report.findings.map(({ subject }) => subject)).toContain('fsync');
});

it('reports the cost of a database’s tenants, and when to move some of them', async () => {
  const report = await runDoctor(world.fleet, options);
  expect(report.budgets).toMatchObject([{ database: 'primary', tables: 2 }]);
  const used = Object.fromEntries(report.budgets[0]!.lines.map((line) => [line.resource, line.used]));
  // Two tables, each with its key, its text elsewhere and the key of that; ten connections that know both
  expect(used).toMatchObject({ tenants: 2, roles: 2, files: 8, memory: 10 * (3_000_000 + 2 * 25_000) });
  await admin.run(`update catalog.databases set capacity = 2`);
  expect(await findings()).toEqual(['budget tenants']);
  await admin.run(`update catalog.databases set capacity = 1000`);
});

const planted: [what: string, plant: () => string, undo: () => string, found: () => string[]][] = [
  [
    'a table that no migration made',
    () => `create table ${acme.schemaName}.planted (id int)`,
    () => `drop table ${acme.schemaName}.planted`,
    () => ['drift acme'],
  ],
  [
    'a login with power',
    () => `alter role ${world.installation.roles.app} createdb inherit`,
    () => `alter role ${world.installation.roles.app} nocreatedb noinherit`,
    () => [`roles ${world.installation.roles.app}`, `roles ${world.installation.roles.app}`],
  ],
  [
    'a role that the login must not have',
    () => `grant ${world.installation.roles.owner} to ${world.installation.roles.app} with inherit false`,
    () => `revoke ${world.installation.roles.owner} from ${world.installation.roles.app}`,
    () => [`roles ${world.installation.roles.owner}`],
  ],
  [
    'somebody else who acts as a tenant',
    () => `grant ${acme.roleName} to ${globex.roleName}`,
    () => `revoke ${acme.roleName} from ${globex.roleName}`,
    () => [`roles ${acme.roleName}`],
  ],
  [
    'a tenant that cannot be reached',
    () => `revoke ${acme.roleName} from ${world.installation.roles.app}`,
    () => `grant ${acme.roleName} to ${world.installation.roles.app} with inherit false`,
    () => [`roles ${acme.roleName}`],
  ],
  [
    'a right of everybody',
    () => `grant usage on schema ${globex.schemaName} to public`,
    () => `revoke usage on schema ${globex.schemaName} from public`,
    () => ['drift globex', `rights the schema ${globex.schemaName}`],
  ],
  [
    'a schema that the catalog does not know',
    () => `create schema tenant_lost`,
    () => `drop schema tenant_lost`,
    () => ['orphans tenant_lost'],
  ],
  [
    'a copy that was never finished',
    () =>
      `insert into catalog.tenant_schemas (schema_name, database_id, role_name, state, created_at, updated_at) select 'tenant_half', id, 'half', 'INCOMING', now() - interval '3 days', now() from catalog.databases`,
    () => `delete from catalog.tenant_schemas where schema_name = 'tenant_half'`,
    () => ['orphans tenant_half'],
  ],
  [
    'a row without its schema',
    () =>
      `insert into catalog.tenant_schemas (schema_name, database_id, role_name, state, created_at, updated_at) select 'tenant_none', id, 'none', 'RETAINED', now(), now() from catalog.databases`,
    () => `delete from catalog.tenant_schemas where schema_name = 'tenant_none'`,
    () => ['orphans tenant_none'],
  ],
  [
    'a tenant that is kept apart',
    () =>
      `update catalog.tenant_schemas set quarantined_at = now(), quarantine_reason = 'why' where schema_name = '${acme.schemaName}'`,
    () => `update catalog.tenant_schemas set quarantined_at = null, quarantine_reason = null`,
    () => ['quarantine acme'],
  ],
  [
    'an organization with old backups among others',
    () =>
      `insert into catalog.audit_logs (id, at, organization_id, actor_kind, action, outcome) values (gen_random_uuid(), now(), '${acme.id}', 'SYSTEM', 'organization.backed_up', 'SUCCESS'), (gen_random_uuid(), now() - interval '9 days', '${globex.id}', 'SYSTEM', 'organization.backed_up', 'SUCCESS')`,
    () => `delete from catalog.audit_logs where action = 'organization.backed_up'`,
    () => ['backups globex'],
  ],
];

it.each(planted)('finds %s', async (_what, plant, undo, found) => {
  await admin.run(plant());
  try {
    expect(await findings()).toEqual(found());
  } finally {
    await admin.run(undo());
  }
  expect(await findings()).toEqual([]);
});

it('finds too few spares, and a wrong clock', async () => {
  expect(await findings({ spares: 4 })).toEqual(['spares spares']);
  const wrong = () => new Date(Date.now() + 10_000);
  expect(await findings({ clock: wrong })).toEqual(['clock the clock of the database']);
});

it('is a command: lines for people, JSON for programs, and an exit code', async () => {
  const { fleet, catalog, binding } = world;
  const directory = new TenantDirectory({ catalog });
  const chantier = commandLine({ fleet, catalog, binding, directory, identity: undefined as never });
  await admin.run(`alter table ${acme.schemaName}.notes add column planted text`);
  const all = await chantier(['doctor']);
  expect(all).toMatchObject({ code: 5, stderr: expect.stringContaining('problems') });
  expect(all.stdout).toContain('acme:\n  columns: notes.planted is not in any migration: text\n');
  const one = await chantier(['doctor', '--tenant', 'globex', '--json']);
  expect([one.code, JSON.parse(one.stdout)]).toEqual([0, { findings: [], drift: [], budgets: [], compared: 1 }]);
  expect((await chantier(['doctor', '--tenant', 'nobody'])).code).toBe(4);
  await admin.run(`alter table ${acme.schemaName}.notes drop column planted`);
});
