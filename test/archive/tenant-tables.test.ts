import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { Admin, type AdminTx } from '../../src/db/admin.ts';
import { beginSnapshot, copyIn, copyOut, useCopyText } from '../../src/fleet/copy/table-copy.ts';
import { tablesOf } from '../../src/fleet/copy/tenant-tables.ts';
import { MigrationLines } from '../../src/fleet/schemas/migration-lines.ts';
import { uuidv7 } from '../../src/lib/ids.ts';
import { profiles } from '../../src/modules/people/tables.ts';
import { coreModules } from '../../src/tenancy/modules.ts';
import { world } from '../support/world.ts';

const server = await world();
const { app } = server;
const lines = new MigrationLines();
const admin = () => new Admin({ url: app.installation.adminUrl });

/** Every table of the modules' `tables.ts`. */
async function declaredTables() {
  const modules = await Promise.all(coreModules.map((name) => import(`../../src/modules/${name}/tables.ts`)));
  const tables = modules.flatMap((module) => Object.values(module)).filter((each) => each instanceof PgTable);
  return tables.map((table) => getTableConfig(table));
}

test('lists all tables of a tenant, referenced tables first', async () => {
  const { tenant } = await server.company('Tables');
  await using connection = admin();
  const tables = await connection.transaction((tx) => tablesOf(tx, lines, tenant.schemaName));
  const known = await declaredTables();
  expect(tables.map(({ name }) => name).sort()).toEqual(known.map(({ name }) => name).sort());
  for (const { name, columns, primaryKey } of tables) {
    const config = known.find((table) => table.name === name)!;
    const stored = config.columns.filter(
      (column) => column.getSQLType() !== 'tsvector' && column.generated === undefined,
    );
    expect(columns.map((column) => column.name).sort(), name).toEqual(stored.map((column) => column.name).sort());
    expect(primaryKey.length, name).toBeGreaterThan(0);
  }
  const position = (name: string) => tables.findIndex((table) => table.name === name);
  expect(position('profiles')).toBeLessThan(position('clients'));
  expect(position('projects')).toBeLessThan(position('tasks'));
  const events = tables[position('events')]!;
  expect(events).toMatchObject({ primaryKey: ['era', 'xid', 'seq'], counters: ['seq'], rows: 'seq > 0' });
  expect(tables[position('messages')]!.selfReferences).toMatchObject([{ definition: /^FOREIGN KEY \(parent_id\)/ }]);
});

test('a schema that is not there has no tables', async () => {
  await using connection = admin();
  expect(await connection.transaction((tx) => tablesOf(tx, lines, 'tenant_of_nobody'))).toEqual([]);
});

test('unknown table names from a server are rejected', async () => {
  const stranger: AdminTx = {
    // What such a server answers is nobody's type
    run: async <T extends object>() => [{ name: '../../elsewhere', columns: [], references: [] }] as unknown as T[],
  };
  await expect(tablesOf(stranger, lines, 'tenant_of_nobody')).rejects.toMatchObject({ code: 'SCHEMA_MISMATCH' });
});

test('a copied table has the same text, whatever the session’s settings', async () => {
  const [from, to] = [await server.company('From'), await server.company('To')];
  await server.app.binding.write(from.tenant, async (tx) => {
    await tx.insert(profiles).values({ id: uuidv7(), firstName: 'Zoë \\ "q"\t', lastName: 'Ærø\n😀' });
  });
  await using reading = admin();
  await using writing = admin();
  await reading.run(`set timezone = 'Asia/Tokyo'`);
  const out = await reading.transaction(async (tx) => {
    await beginSnapshot(tx);
    const tables = await tablesOf(tx, lines, from.tenant.schemaName);
    const data = new Map<string, string>();
    for (const table of tables) data.set(table.name, await text(copyOut(tx, from.tenant.schemaName, table)));
    return { tables, data };
  });
  expect(out.data.get('profiles')).toContain('Ærø\\n😀');
  for (const table of out.tables) {
    await writing.transaction(async (tx) => {
      await useCopyText(tx);
      await pipeline([out.data.get(table.name)!], copyIn(tx, to.tenant.schemaName, table));
    });
  }
  await reading.transaction(async (tx) => {
    await beginSnapshot(tx);
    for (const table of out.tables) {
      expect(await text(copyOut(tx, to.tenant.schemaName, table))).toBe(out.data.get(table.name));
    }
  });
});
