import { getTableColumns, getTableName } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MigrationLines } from '../../src/fleet/schemas/migration-lines.ts';
import * as documents from '../../src/graphql/documents/tables.ts';
import * as limits from '../../src/graphql/rate-limit/tables.ts';
import * as identity from '../../src/identity/tables.ts';
import { appendOnlyTables, coreModules } from '../../src/tenancy/modules.ts';
import * as tenancy from '../../src/tenancy/tables.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import { Raw } from './raw.ts';
import { World } from './world.ts';

let world: World;
let admin: Raw;
let tenant: Tenant;

beforeAll(async () => {
  world = await World.create(new MigrationLines());
  admin = new Raw(world.database.url);
  tenant = await world.provision('Real');
});

afterAll(async () => {
  await admin[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

/** What the program believes a schema to hold: `table.column`, sorted. */
const declared = (...parts: object[]) =>
  parts
    .flatMap((part) => Object.values(part))
    .filter((value): value is PgTable => value instanceof PgTable)
    .flatMap((table) => Object.values(getTableColumns(table)).map(({ name }) => `${getTableName(table)}.${name}`))
    .sort();

const found = async (schema: string) => {
  const rows = await admin.run(
    `select c.relname || '.' || a.attname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = '${schema}'::regnamespace and c.relkind in ('r', 'p')`,
  );
  return rows.map(({ name }) => name as string).sort();
};

test('a tenant has the tables of every core module, as the program declares them', async () => {
  const modules = await Promise.all(
    coreModules.map((name) => import(`../../src/modules/${name}/tables.ts`) as Promise<object>),
  );
  expect(await found(tenant.schemaName)).toEqual(declared(...modules));
});

test('the catalog has the tables of tenancy, identity, documents and limits', async () => {
  expect(await found('catalog')).toEqual(declared(tenancy, identity, documents, limits));
});

test('every table has a primary key, no foreign key leaves its schema, and no schema has types of its own', async () => {
  const schemas = `('${tenant.schemaName}'::regnamespace, 'catalog'::regnamespace)`;
  const keyless = `select oid::regclass::text from pg_class c where relkind in ('r', 'p') and relnamespace in ${schemas}
    and not exists (select from pg_index i where i.indrelid = c.oid and indisprimary)`;
  const leaving = `select conname from pg_constraint f join pg_class t on t.oid = f.confrelid
    where contype = 'f' and f.connamespace in ${schemas} and t.relnamespace <> f.connamespace`;
  const types = `select typname from pg_type where typnamespace in ${schemas} and typtype in ('e', 'd', 'r')`;
  expect(await admin.run(keyless)).toEqual([]);
  expect(await admin.run(leaving)).toEqual([]);
  expect(await admin.run(types)).toEqual([]);
});

test('append-only tables accept only inserts, all others are writable', async () => {
  const rights = await admin.run(
    `select relname::text as name, has_table_privilege(r.role, c.oid, 'select') and has_table_privilege(r.role, c.oid, 'insert') as adds,
      has_table_privilege(r.role, c.oid, 'update') or has_table_privilege(r.role, c.oid, 'delete') as changes
    from pg_class c join (values ('${tenant.schemaName}'::regnamespace, '${tenant.roleName}'), ('catalog'::regnamespace, '${world.installation.roles.catalog}')) r (schema, role)
      on c.relnamespace = r.schema where relkind in ('r', 'p')`,
  );
  expect(rights.filter(({ adds }) => adds !== true)).toEqual([]);
  const fixed = rights.filter(({ changes }) => !changes).map(({ name }) => name as string);
  expect(fixed.sort()).toEqual(Object.values(appendOnlyTables).flat().sort());
});
