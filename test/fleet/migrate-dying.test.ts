import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrateFleet } from '../../src/fleet/schemas/migrate.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import { Raw } from '../tenancy/raw.ts';
import { TestLines } from '../tenancy/test-lines.ts';
import { World } from '../tenancy/world.ts';

let lines: TestLines;
let world: World;
let admin: Raw;
let tenants: Tenant[];

beforeAll(async () => {
  lines = await TestLines.of({ alpha: { '20260101000000_init': 'CREATE TABLE "notes" ("id" uuid PRIMARY KEY);' } });
  world = await World.create(lines.read());
  admin = new Raw(world.database.url);
  tenants = [await world.provision('One'), await world.provision('Two'), await world.provision('Six')];
});

afterAll(async () => {
  await admin[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
  await lines[Symbol.asyncDispose]();
});

/**
 * A process of the build that has the files as they are now, which dies at its n-th statement: that one and all later
 * ones are never sent.
 */
function dyingAt(n: number) {
  let count = 0;
  const hook = () => {
    if (++count >= n) throw new Error('died');
  };
  return { victim: world.anotherProcess(hook, lines.read()), sent: () => count };
}

/** For each tenant: whether it has the column, its index and the row of the ledger that belong to a migration. */
async function partsOf(column: string): Promise<boolean[][]> {
  const rows = await admin.run(
    `select s.schema_name,
      exists (select from information_schema.columns c where c.table_schema = s.schema_name and c.column_name = '${column}') as column,
      exists (select from pg_indexes i where i.schemaname = s.schema_name and i.indexname = '${column}_idx') as index,
      exists (select from chantier.tenant_migrations m where m.schema_name = s.schema_name and m.name like '%${column}') as ledger
    from catalog.tenant_schemas s order by 1`,
  );
  return rows.map((row) => [row.column, row.index, row.ledger]);
}

/** Every second statement; `EVERY_STATEMENT=1` tries all. */
const step = process.env.EVERY_STATEMENT ? 1 : 2;

const isWhole = (parts: boolean[]): boolean => parts.every((there) => there === parts[0]);

test('a migration that dies at any statement leaves every tenant entirely old or new, and completes when run again', async () => {
  let deaths = 0;
  for (let n = 1; ; n += step) {
    const column = `c${n}`;
    await lines.write(
      'alpha',
      `2026020100${String(n).padStart(4, '0')}_${column}`,
      `ALTER TABLE "notes" ADD COLUMN "${column}" text;\n--> statement-breakpoint\nCREATE INDEX "${column}_idx" ON "notes" ("${column}");`,
    );
    const { victim, sent } = dyingAt(n);
    const report = await migrateFleet(victim.fleet, { outageMs: 0 }).catch(() => undefined);
    await victim[Symbol.asyncDispose]();
    const parts = await partsOf(column);
    expect(parts.filter((each) => !isWhole(each))).toEqual([]);
    if (sent() < n) {
      expect(report?.migrated).toHaveLength(tenants.length);
      break;
    }
    deaths++;
    const again = world.anotherProcess(undefined, lines.read());
    const { failed } = await migrateFleet(again.fleet);
    await again[Symbol.asyncDispose]();
    expect(failed).toEqual([]);
    expect((await partsOf(column)).flat()).not.toContain(false);
  }
  expect(deaths).toBeGreaterThan(20 / step);
});
