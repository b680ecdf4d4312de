import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { backupTenant } from '../../src/fleet/archive/backup-tenant.ts';
import { type Archive, openArchive } from '../../src/fleet/archive/open-archive.ts';
import { restoreNew } from '../../src/fleet/archive/restore-new.ts';
import { restoreOver } from '../../src/fleet/archive/restore-over.ts';
import { verifyArchive } from '../../src/fleet/archive/verify-archive.ts';
import { dropDue } from '../../src/fleet/deletion/drop-due.ts';
import { allAdminsOf, type FleetAdmins } from '../../src/fleet/fleet.ts';
import { FolderStorage } from '../../src/storage/folder-storage.ts';
import { TenantDirectory } from '../../src/tenancy/directory.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import { TestLines } from '../tenancy/test-lines.ts';
import type { World } from '../tenancy/world.ts';
import { dyingAt, Estate, pointsOfDeath } from '../tenant-lifecycle/support.ts';
import { scratchFolder } from './support.ts';

const lines = {
  alpha: {
    '20260101000000_init': `CREATE TABLE "events" ("era" integer DEFAULT 1, "xid" xid8 DEFAULT pg_current_xact_id(), "seq" bigint GENERATED ALWAYS AS IDENTITY,
      "id" uuid NOT NULL, "action" text NOT NULL, "resource_type" text NOT NULL, "resource_id" uuid NOT NULL, "metadata" jsonb, PRIMARY KEY ("era", "xid", "seq"));
      --> statement-breakpoint
      CREATE TABLE "notes" ("id" uuid PRIMARY KEY, "text" text NOT NULL, "parent_id" uuid REFERENCES "notes" ("id"));`,
    '20260102000000_index': 'CREATE INDEX "notes_text_idx" ON "notes" ("text");',
  },
};

const folder = await scratchFolder();
let estate: Estate;
let tenant: Tenant;
let archive: Archive;

const using = async <T>({ fleet }: World, work: (admins: FleetAdmins) => Promise<T>): Promise<T> => {
  await using admins = allAdminsOf(fleet);
  return await work(admins);
};

const write = (text: string) =>
  estate.world.binding.write(tenant, (tx) =>
    tx.execute(sql`insert into notes (id, text) values (${randomUUID()}, ${text})`),
  );

/** What the organization holds, from the place where it is served. */
async function served(slug: string): Promise<{ status: string; notes: string[] } | undefined> {
  const found = await new TenantDirectory({ catalog: estate.world.catalog }).findBySlug(slug);
  if (!found) return undefined;
  const rows = await estate.world.binding.read(found, (db) => db.execute(sql`select text from notes order by text`));
  return { status: found.status, notes: rows.map(({ text }) => String(text)) };
}

beforeAll(async () => {
  await using files = await TestLines.of(lines);
  estate = await Estate.of(files.read());
  tenant = await estate.world.provision('Mortal');
  await write('archived');
  const { place } = await using(estate.world, (admins) =>
    backupTenant(estate.world.fleet, admins, tenant, { storage: new FolderStorage(folder) }),
  );
  archive = await openArchive(place);
});

afterAll(() => estate[Symbol.asyncDispose]());

/** Lets the work die at many of its statements; each time `check` says what there may be then. */
async function dieOften(
  work: (world: World, n: number) => Promise<unknown>,
  check: (n: number, done: boolean) => Promise<void>,
) {
  const counted = dyingAt(estate.world, Number.POSITIVE_INFINITY);
  await work(counted.victim, 0);
  await counted.victim[Symbol.asyncDispose]();
  await check(0, true);
  for (const n of pointsOfDeath(counted.sent())) {
    const { victim } = dyingAt(estate.world, n);
    const done = await work(victim, n).then(
      () => true,
      () => false,
    );
    await victim[Symbol.asyncDispose]();
    await check(n, done);
  }
  return counted.sent();
}

const over = (world: World) =>
  using(world, (admins) =>
    restoreOver(world.fleet, admins, { archive, tenant }, { safety: { storage: new FolderStorage(folder) } }),
  );

test('a restore over an organization that dies at any statement leaves it entirely old or entirely new, and completes when run again', async () => {
  await write('lost');
  const statements = await dieOften(
    (world) => over(world),
    async (_, done) => {
      const { status, notes } = (await served('mortal'))!;
      expect(status).toBe('ACTIVE');
      if (done) expect(notes).toEqual(['archived']);
      else expect([['archived'], ['archived', 'lost']]).toContainEqual(notes);
      await over(estate.world);
      expect((await served('mortal'))?.notes).toEqual(['archived']);
      tenant = (await new TenantDirectory({ catalog: estate.world.catalog }).findBySlug('mortal'))!;
      await write('lost');
    },
  );
  expect(statements).toBeGreaterThan(60);
});

test('a restore as a new organization that dies at any statement leaves nothing, or all', async () => {
  const restore = (world: World, n: number) =>
    using(world, (admins) => restoreNew(world.fleet, admins, archive, { slug: `new-${n}` }));
  await dieOften(restore, async (n, done) => {
    const found = await served(`new-${n}`);
    if (!done && found === undefined) await restore(estate.world, n);
    expect(await served(`new-${n}`)).toEqual({ status: 'ACTIVE', notes: ['archived'] });
  });
});

test('the remains of killed restores are dropped when they expire', async () => {
  const { victim } = dyingAt(estate.world, 30);
  await expect(using(victim, (admins) => verifyArchive(victim.fleet, admins, archive))).rejects.toThrow('died');
  await victim[Symbol.asyncDispose]();
  const left = (states: string) =>
    estate.admin.run(`select schema_name from catalog.tenant_schemas where state in (${states})`);
  expect((await left(`'INCOMING', 'SCRATCH'`)).length).toBeGreaterThan(3);
  await dropDue(estate.world.fleet);
  // Somebody may still be at work on them
  expect((await left(`'INCOMING', 'SCRATCH'`)).length).toBeGreaterThan(3);
  const inTwoWeeks = () => new Date(Date.now() + 14 * 24 * 60 * 60_000);
  const { failed } = await dropDue(estate.world.fleet, { clock: inTwoWeeks });
  expect(failed).toEqual([]);
  expect(await left(`'INCOMING', 'SCRATCH', 'RETAINED', 'DROPPING'`)).toEqual([]);
  const lost = await estate.admin.run(
    `select nspname from pg_namespace where nspname like '%tenant\\_%' and nspname not in (select schema_name from catalog.tenant_schemas)`,
  );
  expect(lost).toEqual([]);
});
