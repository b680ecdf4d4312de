import type { AdminTx } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import type { TenantTable } from '../copy/tenant-tables.ts';

/** Primary keys of rows, each a list of texts in the order of the key's columns. */
export type Keys = readonly (readonly (string | null)[])[];

/** The columns of a table's primary key, in SQL. */
export const keyOf = ({ primaryKey }: TenantTable): string => primaryKey.map(quoteIdentifier).join(', ');

/**
 * Keys as a table, in SQL; `parametersOf` returns its parameter. The column types are those of the local table `name`,
 * never type names that the other server sent: the keys and the table's description may come from a compromised server.
 */
const keyTable = (name: string): string => `jsonb_populate_recordset(null::${name}, $1::text::jsonb) as wanted`;

const parametersOf = ({ primaryKey }: TenantTable, keys: Keys): [string] => [
  JSON.stringify(keys.map((key) => Object.fromEntries(primaryKey.map((column, n) => [column, key[n] ?? null])))),
];

const matches = (table: TenantTable, name: string): string =>
  table.primaryKey
    .map((column) => `${name}.${quoteIdentifier(column)} = wanted.${quoteIdentifier(column)}`)
    .join(' and ');

/** Deletes the rows with these keys; returns how many there were. */
export async function deleteRows(tx: AdminTx, name: string, table: TenantTable, keys: Keys): Promise<number> {
  const [gone] = await tx.run<{ rows: number }>(
    `with gone as (delete from ${name} as row using ${keyTable(name)} where ${matches(table, 'row')} returning 1)
    select count(*)::int as rows from gone`,
    parametersOf(table, keys),
  );
  return gone!.rows;
}

/** The keys for which the table has no row. */
export async function missingKeys(tx: AdminTx, name: string, table: TenantTable, keys: Keys): Promise<Keys> {
  const texts = table.primaryKey.map((column, n) => `wanted.${quoteIdentifier(column)}::text as k${n}`);
  const rows = await tx.run<Record<string, string>>(
    `select ${texts.join(', ')} from ${keyTable(name)}
    where not exists (select 1 from ${name} as row where ${matches(table, 'row')})`,
    parametersOf(table, keys),
  );
  return rows.map((row) => table.primaryKey.map((_, n) => row[`k${n}`] ?? null));
}
