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
  const conditions = [table.rows, where].filter((each) => each !== undefined).map((each) => `(${each})`);
  const order = table.primaryKey.map((name) => {
    const collated = table.columns.some((column) => column.name === name && column.collated);
    // Collations differ from server to server, except this one
    return quoteIdentifier(name) + (collated ? ' collate "C"' : '');
  });
  return tx.copyOut(
    `copy (select ${columnsOf(table)} from ${nameOf(schemaName, table)}` +
      `${conditions.length > 0 ? ` where ${conditions.join(' and ')}` : ''}` +
      `${order.length > 0 ? ` order by ${order.join(', ')}` : ''}) to stdout`,
  );
}

/** Takes what `copyOut` gave, in a transaction with `useCopyText`. Columns that count by themselves keep the values given. */
export const copyIn = (tx: CopyTx, schemaName: string, table: TenantTable): Writable =>
  tx.copyIn(`copy ${nameOf(schemaName, table)} (${columnsOf(table)}) from stdin`);

const nameOf = (schemaName: string, { name }: TenantTable): string =>
  `${quoteIdentifier(schemaName)}.${quoteIdentifier(name)}`;

const columnsOf = ({ columns }: TenantTable): string => columns.map(({ name }) => quoteIdentifier(name)).join(', ');
