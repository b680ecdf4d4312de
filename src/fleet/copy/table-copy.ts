import type { Readable, Writable } from 'node:stream';
import type { AdminTx, CopyTx } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import type { TenantTable } from './tenant-tables.ts';

/** Settings that the text of values depends on. */
const settings = [
  ['TimeZone', 'UTC'],
  ['DateStyle', 'ISO, YMD'],
  ['IntervalStyle', 'postgres'],
  ['extra_float_digits', '1'],
  ['bytea_output', 'hex'],
] as const;

/** Makes values read and write as the same text on every server, until the transaction ends. */
export async function useCopyText(tx: AdminTx): Promise<void> {
  const calls = settings.map((_, n) => `set_config($${2 * n + 1}, $${2 * n + 2}, true)`);
  await tx.run(`select ${calls.join(', ')}`, settings.flat());
}

/** Makes a transaction that has done nothing yet see one state of the database, whatever others write meanwhile. */
export async function beginSnapshot(tx: AdminTx): Promise<void> {
  await tx.run('set transaction isolation level repeatable read, read only');
  await useCopyText(tx);
}

/**
 * The rows of a table as COPY's text, in the order of the primary key, the same on every server. The transaction is
 * a snapshot (`beginSnapshot`). `where` narrows the rows further; it is SQL of the program, never a value.
 */
export function copyOut(tx: CopyTx, schemaName: string, table: TenantTable, where?: string): Readable {
  const rows = `${tableName(schemaName, table)}${conditionOf(table, where)}${orderOf(table)}`;
  return tx.copyOut(`copy (select ${columnsOf(table)} from ${rows}) to stdout`);
}

/** Takes what `copyOut` gave, in a transaction with `useCopyText`. Columns that count by themselves keep the values given. */
export const copyIn = (tx: CopyTx, schemaName: string, table: TenantTable): Writable =>
  tx.copyIn(`copy ${tableName(schemaName, table)} (${columnsOf(table)}) from stdin`);

export const tableName = (schemaName: string, { name }: Pick<TenantTable, 'name'>): string =>
  `${quoteIdentifier(schemaName)}.${quoteIdentifier(name)}`;

/** The clause that leaves the tenant's data, or those of its rows for which `where` holds. */
export function conditionOf({ rows }: TenantTable, where?: string): string {
  const conditions = [rows, where].filter((each) => each !== undefined).map((each) => `(${each})`);
  return conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
}

/** The clause that brings rows into one order, whatever the collations of a server are. */
export function orderOf({ primaryKey, columns }: TenantTable): string {
  const order = primaryKey.map((name) => {
    const collated = columns.some((column) => column.name === name && column.collated);
    return quoteIdentifier(name) + (collated ? ' collate "C"' : '');
  });
  return order.length === 0 ? '' : ` order by ${order.join(', ')}`;
}

const columnsOf = ({ columns }: TenantTable): string => columns.map(({ name }) => quoteIdentifier(name)).join(', ');
