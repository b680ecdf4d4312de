import type { AdminTx } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import { AppError } from '../../lib/errors.ts';
import type { TenantTable } from '../copy/tenant-tables.ts';
import { type MoveEndpoint, nameIn } from './move-endpoint.ts';

/** One of the two copies, in a transaction where values have COPY's text. */
export interface Copy {
  endpoint: MoveEndpoint;
  tx: AdminTx;
}

interface Sum {
  name: string;
  /** The number of rows, and what their contents add up to. */
  rows: number;
  sum: string | null;
}

/**
 * Compares what two copies hold: the number of rows of every table, and of those to be looked at closely the sum of a
 * hash of each row. Throws INTERNAL when they differ, naming the tables.
 */
export async function compareCopies(
  source: Copy,
  target: Copy,
  tables: readonly TenantTable[],
  closely: readonly TenantTable[] = tables,
): Promise<void> {
  const [here, there] = await Promise.all([source, target].map((copy) => sumsOf(copy, tables, new Set(closely))));
  const different = tables.filter(({ name }) => JSON.stringify(here!.get(name)) !== JSON.stringify(there!.get(name)));
  if (different.length > 0) {
    throw new AppError('INTERNAL', `The copy differs in ${different.map(({ name }) => name).join(', ')}`);
  }
}

/** By table: a parallel plan gives the rows of a UNION ALL in any order. */
async function sumsOf(
  { endpoint, tx }: Copy,
  tables: readonly TenantTable[],
  closely: ReadonlySet<TenantTable>,
): Promise<Map<string, Sum>> {
  const sums = await tx.run<Sum>(
    tables.map((table, n) => sumOf(endpoint, table, `$${n + 1}::text`, closely.has(table))).join(' union all '),
    tables.map(({ name }) => name),
  );
  return new Map(sums.map((sum) => [sum.name, sum]));
}

/** The same on every server: md5 of the row's text, of which the first 64 bits are summed. */
function sumOf(endpoint: MoveEndpoint, { name, columns, rows }: TenantTable, called: string, closely: boolean): string {
  const row = `row(${columns.map((column) => quoteIdentifier(column.name)).join(', ')})::text`;
  const sum = closely ? `sum(('x' || left(md5(${row}), 16))::bit(64)::bigint)::text` : 'null';
  return `select ${called} as name, count(*)::float8 as rows, ${sum} as sum from ${nameIn(endpoint, { name })}${rows ? ` where ${rows}` : ''}`;
}
