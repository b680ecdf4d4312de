import type { AdminTx } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import type { TenantTable } from '../archive/tenant-tables.ts';

/** Primary keys of rows, each a list of texts in the order of the key's columns. */
export type Keys = readonly (readonly (string | null)[])[];

/** The columns of a table's primary key, in SQL. */
export const keyOf = ({ primaryKey }: TenantTable): string => primaryKey.map(quoteIdentifier).join(', ');

const typeOf = (table: TenantTable, column: string): string => table.columns.find(({ name }) => name === column)!.type;

/** A table of keys that are given as a list for each column, in SQL; `parametersOf` gives the lists. */
function keyTable(table: TenantTable): string {
  const lists = table.primaryKey.map((_, n) => `$${n + 1}::text[]`);
  const texts = table.primaryKey.map((_, n) => `k${n}`);
  const values = table.primaryKey.map((column, n) => `k${n}::${typeOf(table, column)} as ${quoteIdentifier(column)}`);
  return `(select ${values.join(', ')} from unnest(${lists.join(', ')}) as given (${texts.join(', ')})) as wanted`;
}

const parametersOf = (table: TenantTable, keys: Keys): unknown[] =>
  table.primaryKey.map((_, n) => keys.map((key) => key[n] ?? null));

const matches = (table: TenantTable, name: string): string =>
  table.primaryKey
    .map((column) => `${name}.${quoteIdentifier(column)} = wanted.${quoteIdentifier(column)}`)
    .join(' and ');

/** Deletes the rows with these keys; gives how many there were. */
export async function deleteRows(tx: AdminTx, name: string, table: TenantTable, keys: Keys): Promise<number> {
  const [gone] = await tx.run<{ rows: number }>(
    `with gone as (delete from ${name} as row using ${keyTable(table)} where ${matches(table, 'row')} returning 1)
    select count(*)::int as rows from gone`,
    parametersOf(table, keys),
  );
  return gone!.rows;
}

/** Those of the keys that a table has no row for. */
export async function missingKeys(tx: AdminTx, name: string, table: TenantTable, keys: Keys): Promise<Keys> {
  const texts = table.primaryKey.map((column, n) => `wanted.${quoteIdentifier(column)}::text as k${n}`);
  const rows = await tx.run<Record<string, string>>(
    `select ${texts.join(', ')} from ${keyTable(table)}
    where not exists (select 1 from ${name} as row where ${matches(table, 'row')})`,
    parametersOf(table, keys),
  );
  return rows.map((row) => table.primaryKey.map((_, n) => row[`k${n}`] ?? null));
}
