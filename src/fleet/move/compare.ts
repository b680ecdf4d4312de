import type { AdminTx } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import { AppError } from '../../lib/errors.ts';
import type { TenantTable } from '../copy/tenant-tables.ts';
import { type MoveEndpoint, nameIn } from './move-endpoint.ts';

/** One of the two copies, in a transaction that prints values as COPY does. */
export interface Copy {
  endpoint: MoveEndpoint;
  tx: AdminTx;
}

interface Sum {
  name: string;
  /** Number of rows, and the sum of their hashes; null if the table was only counted. */
  rows: number;
  sum: string | null;
}

/**
 * Compares two copies: the number of rows in every table and, for the tables in `hashed`, the sum of a hash of each
 * row. Throws INTERNAL with the names of the tables that differ.
 */
export async function compareCopies(
  source: Copy,
  target: Copy,
  tables: readonly TenantTable[],
  hashed: readonly TenantTable[] = tables,
): Promise<void> {
  const [here, there] = await Promise.all([source, target].map((copy) => sumsOf(copy, tables, new Set(hashed))));
  const different = tables.filter(({ name }) => JSON.stringify(here!.get(name)) !== JSON.stringify(there!.get(name)));
  if (different.length > 0) {
    throw new AppError('INTERNAL', `The copy differs in ${different.map(({ name }) => name).join(', ')}`);
  }
}

/** Keyed by table, because a parallel plan returns the rows of a UNION ALL in any order. */
async function sumsOf(
  { endpoint, tx }: Copy,
  tables: readonly TenantTable[],
  hashed: ReadonlySet<TenantTable>,
): Promise<Map<string, Sum>> {
  const sums = await tx.run<Sum>(
    tables.map((table, n) => sumOf(endpoint, table, `$${n + 1}::text`, hashed.has(table))).join(' union all '),
    tables.map(({ name }) => name),
  );
  return new Map(sums.map((sum) => [sum.name, sum]));
}

/** Sums the first 64 bits of the md5 of each row's text, which is the same on every server. */
function sumOf(endpoint: MoveEndpoint, { name, columns, rows }: TenantTable, label: string, isHashed: boolean): string {
  const row = `row(${columns.map((column) => quoteIdentifier(column.name)).join(', ')})::text`;
  const sum = isHashed ? `sum(('x' || left(md5(${row}), 16))::bit(64)::bigint)::text` : 'null';
  return `select ${label} as name, count(*)::float8 as rows, ${sum} as sum from ${nameIn(endpoint, { name })}${rows ? ` where ${rows}` : ''}`;
}
