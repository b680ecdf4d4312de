import type { Readable, Writable } from 'node:stream';
import type { AdminTx, CopyTx } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import type { TenantTable } from './tenant-tables.ts';

/** Settings that affect how values are printed. */
const settings = [
  ['TimeZone', 'UTC'],
  ['DateStyle', 'ISO, YMD'],
  ['IntervalStyle', 'postgres'],
  ['extra_float_digits', '1'],
  ['bytea_output', 'hex'],
] as const;

/** Makes every server print values the same way, until the transaction ends. */
export async function useCopyText(tx: AdminTx): Promise<void> {
  const calls = settings.map((_, n) => `set_config($${2 * n + 1}, $${2 * n + 2}, true)`);
  await tx.run(`select ${calls.join(', ')}`, settings.flat());
}

/** Makes a new transaction read one snapshot of the database. */
export async function beginSnapshot(tx: AdminTx): Promise<void> {
  await tx.run('set transaction isolation level repeatable read, read only');
  await useCopyText(tx);
}

/** SQL of the program, never a value. */
export interface CopiedRows {
  /** Restricts the rows. */
  where?: string | undefined;
  /** A subquery with the columns of the table, to copy instead of its present rows. */
  from?: string | undefined;
}

/**
 * The rows of a table as COPY's text, in the order of the primary key, the same on every server. The transaction must
 * be a snapshot (`beginSnapshot`).
 */
export function copyOut(
  tx: CopyTx,
  schemaName: string,
  table: TenantTable,
  { where, from }: CopiedRows = {},
): Readable {
  const rows = `${from ? `${from} as rows` : tableName(schemaName, table)}${conditionOf(table, where)}${orderOf(table)}`;
  return tx.copyOut(`copy (select ${columnsOf(table)} from ${rows}) to stdout`);
}

/** Accepts the text from `copyOut`, in a transaction with `useCopyText`. Identity columns keep the given values. */
export const copyIn = (tx: CopyTx, schemaName: string, table: TenantTable): Writable =>
  tx.copyIn(`copy ${tableName(schemaName, table)} (${columnsOf(table)}) from stdin`);

export const tableName = (schemaName: string, { name }: Pick<TenantTable, 'name'>): string =>
  `${quoteIdentifier(schemaName)}.${quoteIdentifier(name)}`;

/** The WHERE clause that selects the tenant's data, restricted to rows that match `where`; empty for all rows. */
export function conditionOf({ rows }: TenantTable, where?: string): string {
  const conditions = [rows, where].filter((each) => each !== undefined).map((each) => `(${each})`);
  return conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
}

/** The ORDER BY clause that gives the same order on every server, independent of collations. */
export function orderOf({ primaryKey, columns }: TenantTable): string {
  const order = primaryKey.map((name) => {
    const collated = columns.some((column) => column.name === name && column.collated);
    return quoteIdentifier(name) + (collated ? ' collate "C"' : '');
  });
  return order.length === 0 ? '' : ` order by ${order.join(', ')}`;
}

const columnsOf = ({ columns }: TenantTable): string => columns.map(({ name }) => quoteIdentifier(name)).join(', ');
