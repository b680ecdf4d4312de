import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wholeLedger } from '../../src/db/migration-ledger.ts';
import { bootstrap } from '../../src/fleet/schemas/bootstrap.ts';
import { FittingSchemas } from '../../src/fleet/schemas/fitting-schemas.ts';
import { migrateFleet } from '../../src/fleet/schemas/migrate.ts';
import type { FleetReport } from '../../src/fleet/schemas/migration-run.ts';
import { provisionTenant } from '../../src/fleet/schemas/provision.ts';
import { requireSharedFit, schemaStatus } from '../../src/fleet/schemas/schema-status.ts';
import { buildSpare } from '../../src/fleet/schemas/spares.ts';
import { TenantDirectory } from '../../src/tenancy/directory.ts';
import { requireServable, type Tenant } from '../../src/tenancy/tenant.ts';
import { createDatabase } from '../support/database.ts';
import { Raw } from './raw.ts';
import { TestLines } from './test-lines.ts';
import { organizationNamed, secret, World } from './world.ts';

const first = '20260101000000_init';
const second = '20260201000000_things';
const columns = (tenant: Tenant, table: string) =>
  `select column_name::text as name from information_schema.columns where table_schema = '${tenant.schemaName}' and table_name = '${table}' order by 1`;

/** An installation of its own with tenants that have the line `alpha` as it is at the start. */
class Estate implements AsyncDisposable {
  readonly lines: TestLines;
  readonly world: World;
  readonly admin: Raw;
  tenants: Tenant[] = [];

  private constructor(lines: TestLines, world: World) {
    this.lines = lines;
    this.world = world;
    this.admin = new Raw(world.database.url);
  }

  static async of(count: number, init = ''): Promise<Estate> {
    const lines = await TestLines.of({ alpha: init === '' ? {} : { [first]: init }, beta: {} });
    const estate = new Estate(lines, await World.create(lines.read()));
    const names = Array.from({ length: count }, (_, n) => `T${String(n).padStart(3, '0')}`);
    const next = names.values();
    await Promise.all(Array.from({ length: 4 }, () => estate.#provision(next)));
    estate.tenants.sort((a, b) => (a.slug < b.slug ? -1 : 1));
    return estate;
  }

  async #provision(names: Iterable<string>): Promise<void> {
    for (const name of names) {
      const tenant = await provisionTenant(this.world.fleet, organizationNamed(name));
      this.tenants.push(tenant);
    }
  }

  /** The next release: the files as they are now. */
  fleet(onStatement?: (text: string) => void) {
    return { ...this.world.fleet, lines: this.lines.read(), onStatement };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.admin[Symbol.asyncDispose]();
    await this.world[Symbol.asyncDispose]();
    await this.lines[Symbol.asyncDispose]();
  }
}

describe('a fleet of 200 tenants, one of them broken', () => {
  let estate: Estate;
  let broken: Tenant;
  let stopped: FleetReport;

  beforeAll(async () => {
    estate = await Estate.of(200);
    broken = estate.tenants[137]!;
    await estate.admin.run(`create table ${broken.schemaName}.things (id int)`);
    await estate.lines.write('alpha', second, 'CREATE TABLE "things" ("id" uuid PRIMARY KEY);');
  });
  afterAll(() => estate[Symbol.asyncDispose]());

  test('does not stop a server of the new build from starting, which knows the tenants that it cannot serve', async () => {
    await requireSharedFit(estate.fleet());
    const { unfit, away } = await new FittingSchemas(estate.fleet()).refresh();
    expect([unfit.length, away]).toEqual([200, []]);
  });

  test('is listed by a dry run that changes nothing', async () => {
    const statements: string[] = [];
    const report = await migrateFleet(
      estate.fleet((text) => statements.push(text)),
      { dryRun: true },
    );
    expect(report.migrated).toHaveLength(200);
    expect(report.migrated[0]?.migrations).toEqual([`alpha/${second}`]);
    expect(statements.filter((text) => /\b(create|insert|update|alter)\b/i.test(text))).toEqual([]);
  });

  test('can be interrupted', async () => {
    const stop = new AbortController();
    let seen = 0;
    stopped = await migrateFleet(estate.fleet(), {
      signal: stop.signal,
      onProgress: () => ++seen === 50 && stop.abort(),
    });
    const visited = stopped.migrated.length + stopped.failed.length;
    expect(visited).toBeGreaterThanOrEqual(50);
    expect(visited).toBeLessThan(60);
    expect(stopped.left).toBe(200 - visited);
  });

  test('is migrated except the broken one, which is reported and quarantined', async () => {
    const statements: string[] = [];
    const watched = estate.fleet((text) => statements.push(text));
    const report = await migrateFleet(watched);
    expect(report.current).toBe(stopped.migrated.length);
    expect(stopped.migrated.length + report.migrated.length).toBe(199);
    expect(report.failed).toMatchObject([
      { slug: broken.slug, error: { code: 'MIGRATION_FAILED', message: expect.stringContaining('already exists') } },
    ]);
    expect(statements.filter((text) => text === wholeLedger)).toHaveLength(1);
    // BEGIN, the scope, the ledger's row, the migration, COMMIT; and a few for all
    const perTenant = statements.length / (report.migrated.length + report.failed.length);
    expect(perTenant).toBeLessThan(5.2);
    const directory = new TenantDirectory({ catalog: estate.world.catalog });
    const [bad, good] = await Promise.all([broken, estate.tenants[0]!].map(({ slug }) => directory.getBySlug(slug)));
    expect(() => requireServable(bad!)).toThrow(expect.objectContaining({ code: 'MIGRATING' }));
    expect(() => requireServable(good!)).not.toThrow();
    expect((await new FittingSchemas(estate.fleet()).refresh()).unfit).toEqual([broken.slug]);
  });

  test('is complete once the cause is removed', async () => {
    await estate.admin.run(`drop table ${broken.schemaName}.things`);
    const report = await migrateFleet(estate.fleet());
    expect(report).toMatchObject({ current: 199, migrated: [{ slug: broken.slug }], failed: [] });
    const tenant = await new TenantDirectory({ catalog: estate.world.catalog }).getBySlug(broken.slug);
    expect(tenant.quarantined).toBe(false);
    expect(await migrateFleet(estate.fleet())).toMatchObject({ current: 200, migrated: [], failed: [] });
  });
});

test('a dry run of a new installation lists the shared migrations', async () => {
  await using database = await createDatabase();
  await using lines = await TestLines.of({});
  const installation = await bootstrap({ adminUrl: database.url, secret });
  await using world = World.of(database, installation, lines.read());
  const report = await migrateFleet(world.fleet, { dryRun: true });
  expect([...new Set(report.shared.map((name) => name.split('/')[0]))]).toEqual(['database', 'catalog']);
  await expect(requireSharedFit(world.fleet)).rejects.toMatchObject({ code: 'SCHEMA_MISMATCH' });
  expect((await migrateFleet(world.fleet)).shared).toEqual(report.shared);
  await requireSharedFit(world.fleet);
});

describe('a migration', () => {
  let estate: Estate;
  let tenant: Tenant;

  beforeAll(async () => {
    estate = await Estate.of(1, 'CREATE TABLE "notes" ("id" uuid PRIMARY KEY);');
    tenant = estate.tenants[0]!;
  });
  afterAll(() => estate[Symbol.asyncDispose]());

  test('waits for users of the table, and retries', async () => {
    await estate.lines.write('alpha', '20260202000000_text', 'ALTER TABLE "notes" ADD COLUMN "text" text;');
    await using reader = new Raw(estate.world.database.url);
    await reader.run('begin');
    await reader.run(`lock table ${tenant.schemaName}.notes in access share mode`);
    let attempts = 0;
    const watch = (text: string) => {
      if (text.startsWith('ALTER TABLE') && ++attempts === 2) void reader.run('commit');
    };
    const report = await migrateFleet(estate.fleet(watch), { lockMs: 50 });
    expect(report.failed).toEqual([]);
    expect(attempts).toBeGreaterThanOrEqual(2);
  });

  test('of a table that stays locked is reported, and blocks nobody', async () => {
    await estate.lines.write('alpha', '20260203000000_more', 'ALTER TABLE "notes" ADD COLUMN "more" text;');
    await using reader = new Raw(estate.world.database.url);
    await reader.run('begin');
    await reader.run(`lock table ${tenant.schemaName}.notes in access share mode`);
    const report = await migrateFleet(estate.fleet(), { lockMs: 20, attempts: 2 });
    expect(report.failed).toMatchObject([{ error: { code: 'TRANSACTION_CONFLICT' } }]);
    const now = await new TenantDirectory({ catalog: estate.world.catalog }).getBySlug(tenant.slug);
    expect(now.quarantined).toBe(false);
    await reader.run('rollback');
    expect((await migrateFleet(estate.fleet())).failed).toEqual([]);
  });

  test('that fails half-way leaves nothing', async () => {
    const name = '20260204000000_half';
    await estate.lines.write(
      'alpha',
      name,
      'ALTER TABLE "notes" ADD COLUMN "half" text;\n--> statement-breakpoint\nALTER TABLE "nowhere" ADD COLUMN "x" text;',
    );
    expect((await migrateFleet(estate.fleet())).failed).toHaveLength(1);
    expect(await estate.admin.run(columns(tenant, 'notes'))).not.toContainEqual({ name: 'half' });
    await estate.lines.remove('alpha', name);
    expect((await migrateFleet(estate.fleet())).failed).toEqual([]);
  });

  test('of a failing canary affects no other tenant', async () => {
    const other = await estate.world.provision('Other');
    await estate.lines.write('alpha', '20260205000000_canary', 'CREATE TABLE "canary" ("id" uuid PRIMARY KEY);');
    await estate.admin.run(`create table ${tenant.schemaName}.canary (id int)`);
    const report = await migrateFleet(estate.fleet(), { canaries: [tenant.slug] });
    expect(report).toMatchObject({ migrated: [], failed: [{ slug: tenant.slug }] });
    expect(await estate.admin.run(columns(other, 'canary'))).toEqual([]);
    await estate.admin.run(`drop table ${tenant.schemaName}.canary`);
    expect((await migrateFleet(estate.fleet(), { canaries: [tenant.slug] })).failed).toEqual([]);
  });

  test('of one tenant leaves the others unchanged', async () => {
    await estate.lines.write('beta', '20260206000000_one', 'CREATE TABLE "one" ("id" uuid PRIMARY KEY);');
    expect((await migrateFleet(estate.fleet(), { only: tenant.slug })).migrated).toMatchObject([{ slug: tenant.slug }]);
    expect((await migrateFleet(estate.fleet())).migrated).toMatchObject([{ slug: 'other' }]);
  });

  test('runs by two processes at once, once', async () => {
    await estate.lines.write('alpha', '20260207000000_twice', 'CREATE TABLE "twice" ("id" uuid PRIMARY KEY);');
    const reports = await Promise.all([migrateFleet(estate.fleet()), migrateFleet(estate.fleet())]);
    expect(reports.flatMap(({ failed }) => failed)).toEqual([]);
  });

  test('reaches spares too', async () => {
    const spare = await buildSpare(estate.fleet());
    await estate.lines.write('alpha', '20260208000000_spare', 'CREATE TABLE "spare" ("id" uuid PRIMARY KEY);');
    expect((await migrateFleet(estate.fleet())).migrated).toContainEqual(
      expect.objectContaining({ schemaName: spare, slug: undefined }),
    );
  });

  test('that was edited, or that this build does not have, is rejected with a remedy', async () => {
    await estate.lines.write('alpha', first, 'CREATE TABLE "notes" ("id" text PRIMARY KEY);');
    expect((await migrateFleet(estate.fleet())).failed[0]?.error).toMatchObject({
      code: 'SCHEMA_MISMATCH',
      message: expect.stringContaining('git checkout'),
    });
    await estate.lines.remove('alpha', first);
    expect(await migrateFleet(estate.fleet())).toMatchObject({ migrated: [], failed: [], current: 3 });
    const states = async () => (await schemaStatus(estate.fleet())).schemas.map(({ found }) => found.state);
    expect(await states()).toEqual(['CURRENT', 'CURRENT', 'EXTENDED', 'EXTENDED', 'EXTENDED']);
    const contraction = '20260209000000_contract_one';
    await estate.lines.write('beta', contraction, 'DROP TABLE "one";');
    expect((await migrateFleet(estate.fleet())).failed).toEqual([]);
    await estate.lines.remove('beta', contraction);
    expect((await migrateFleet(estate.fleet())).failed[0]?.error).toMatchObject({
      code: 'SCHEMA_MISMATCH',
      message: expect.stringContaining('newer'),
    });
    expect(await states()).toEqual(['CURRENT', 'CURRENT', 'AHEAD', 'AHEAD', 'AHEAD']);
    await requireSharedFit(estate.fleet());
  });
});
