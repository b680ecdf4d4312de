import { afterAll, beforeAll, expect, it } from 'vitest';
import { Admin } from '../../src/db/admin.ts';
import { wholeLedger } from '../../src/db/migration-ledger.ts';
import { runDoctor } from '../../src/fleet/doctor/run-doctor.ts';
import { bootstrap, findInstallation } from '../../src/fleet/schemas/bootstrap.ts';
import { buildSchema } from '../../src/fleet/schemas/build-schema.ts';
import { FittingSchemas } from '../../src/fleet/schemas/fitting-schemas.ts';
import { migrateFleet } from '../../src/fleet/schemas/migrate.ts';
import { migrateDatabase } from '../../src/fleet/schemas/migrate-database.ts';
import { requireSharedFit } from '../../src/fleet/schemas/schema-status.ts';
import { Seal } from '../../src/lib/seal.ts';
import { urlContext } from '../../src/tenancy/databases/databases.ts';
import { createDatabase } from '../support/database.ts';
import { Raw } from '../tenancy/raw.ts';
import { TestLines } from '../tenancy/test-lines.ts';
import { secret, World } from '../tenancy/world.ts';

let lines: TestLines;
let world: World;
let admin: Raw;
const options = { clock: () => new Date(), pools: { tenants: 1, catalog: 1, slotBytes: 1e8 }, spares: 0 };
const away = '00000000-0000-7000-8000-00000000dead';

beforeAll(async () => {
  lines = await TestLines.of({ alpha: { '20260101000000_init': 'CREATE TABLE "notes" ("id" uuid PRIMARY KEY);' } });
  world = await World.create(lines.read());
  admin = new Raw(world.database.url);
  await world.provision('Near');
  const { id } = await world.provision('Far');
  const url = new Seal(secret).seal('postgres://nobody:x@127.0.0.1:1/away', urlContext(away, 'app'));
  await admin.run(
    `insert into catalog.databases (id, name, kind, state, sealed_url, created_at, updated_at) values ('${away}', 'away', 'SHARED', 'READY', '${url}', now(), now())`,
  );
  await admin.run(`update catalog.organizations set database_id = '${away}' where id = '${id}'`);
  await admin.run(`update catalog.tenant_schemas set database_id = '${away}' where organization_id = '${id}'`);
});

afterAll(async () => {
  await admin[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
  await lines[Symbol.asyncDispose]();
});

it('a database that is down is reported, and stops neither migrations, a start nor the doctor', async () => {
  await lines.write('alpha', '20260201000000_more', 'ALTER TABLE "notes" ADD COLUMN "text" text;');
  const fleet = { ...world.fleet, lines: lines.read() };
  const report = await migrateFleet(fleet);
  expect(report).toMatchObject({
    migrated: [{ slug: 'near', database: 'primary' }],
    failed: [],
    away: [{ name: 'away', schemas: 1 }],
  });
  await requireSharedFit(fleet);
  expect((await new FittingSchemas(fleet).refresh()).away).toMatchObject([{ name: 'away', schemas: 1 }]);
  const { findings, compared } = await runDoctor(fleet, options);
  expect(compared).toBe(1);
  expect(findings.filter(({ check }) => check === 'database')).toMatchObject([
    { subject: 'away', severity: 'PROBLEM' },
  ]);
});

it('migrates and compares the tenants of every database', async () => {
  await using second = await createDatabase();
  const id = '00000000-0000-7000-8000-00000000beef';
  const { prefix } = world.installation;
  const further = await bootstrap({ adminUrl: second.url, secret, further: { databaseId: id, prefix } });
  const seal = (url: string, whose: 'app' | 'admin') => new Seal(secret).seal(url, urlContext(id, whose));
  await admin.run(
    `insert into catalog.databases (id, name, kind, state, sealed_url, sealed_admin_url, created_at, updated_at)
    values ('${id}', 'second', 'SHARED', 'READY', '${seal(further.appUrl, 'app')}', '${seal(second.url, 'admin')}', now(), now())`,
  );
  const tenant = await world.provision('Elsewhere');
  await using there = new Admin({ url: second.url });
  await migrateDatabase(there, further, world.fleet.lines);
  await buildSchema(there, further, tenant, world.fleet.lines.ofTenant());
  await admin.run(`update catalog.organizations set database_id = '${id}' where id = '${tenant.id}'`);
  await admin.run(`update catalog.tenant_schemas set database_id = '${id}' where organization_id = '${tenant.id}'`);
  await lines.write('alpha', '20260301000000_both', 'ALTER TABLE "notes" ADD COLUMN "both" text;');
  const statements: string[] = [];
  const fleet = { ...world.fleet, lines: lines.read(), onStatement: (text: string) => void statements.push(text) };
  const report = await migrateFleet(fleet);
  expect(report.migrated.map(({ slug, database }) => `${slug} in ${database}`).sort()).toEqual([
    'elsewhere in second',
    'near in primary',
  ]);
  expect(statements.filter((text) => text === wholeLedger)).toHaveLength(2);
  const { findings, compared, drift } = await runDoctor(fleet, options);
  expect([compared, drift]).toEqual([2, []]);
  await there.run(`alter table ${tenant.schemaName}.notes drop column "both"`);
  expect((await runDoctor(fleet, options)).drift).toMatchObject([{ slug: 'elsewhere', database: 'second' }]);
  // Both databases are on one server, which has one list of roles and their members
  expect(findings.filter(({ check }) => check === 'roles')).toEqual([]);
  // The schema that was left in the first database
  expect(findings.filter(({ check }) => check === 'orphans').map(({ subject }) => subject)).toContain(
    tenant.schemaName,
  );
});

it('a lookup finds an installation or none, and creates nothing', async () => {
  await using database = await createDatabase();
  await using raw = new Raw(database.url);
  const count = `select (select count(*) from pg_roles) as roles, (select count(*) from pg_namespace) as schemas`;
  const before = await raw.run(count);
  expect(await findInstallation({ adminUrl: database.url, secret })).toBeUndefined();
  expect((await raw.run(count))[0]!.schemas).toEqual(before[0]!.schemas);
  const made = await bootstrap({ adminUrl: database.url, secret });
  expect(await findInstallation({ adminUrl: database.url, secret })).toEqual(made);
});
