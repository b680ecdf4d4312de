import type { AdminTx } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import { AppError } from '../../lib/errors.ts';
import { useCopyText } from '../archive/table-copy.ts';
import type { TenantTable } from '../archive/tenant-tables.ts';
import { asOwner, nameIn, type Side } from './side.ts';

interface Sum {
  name: string;
  /** The number of rows, and what their contents add up to. */
  rows: number;
  sum: string | null;
}

/** Tables of more rows are compared by their number alone where others wait for it. */
export const mostRowsSummed = 5_000;

/**
 * Compares what two copies hold: the number of rows of every table, and the sum of a hash of each row; of large tables the number
 * alone when `most` is given. Throws INTERNAL when they differ, naming the tables.
 */
export async function compareSides(
  source: Side,
  target: Side,
  tx: AdminTx,
  tables: readonly TenantTable[],
  most = Number.POSITIVE_INFINITY,
): Promise<void> {
  const [here, there] = await Promise.all([
    sumsOf(tx, source, tables, most),
    asOwner(target, async (other) => {
      await useCopyText(other);
      return await sumsOf(other, target, tables, most);
    }),
  ]);
  const different = here.filter((sum, n) => JSON.stringify(sum) !== JSON.stringify(there[n]));
  if (different.length > 0) {
    throw new AppError('INTERNAL', `The copy differs in ${different.map(({ name }) => name).join(', ')}`);
  }
}

async function sumsOf(tx: AdminTx, side: Side, tables: readonly TenantTable[], most: number): Promise<Sum[]> {
  const counts = await tx.run<Sum>(tables.map((table) => countOf(side, table)).join(' union all '));
  const rows = new Map(counts.map(({ name, rows }) => [name, rows]));
  const small = tables.filter(({ name }) => rows.get(name)! <= most);
  const sums =
    small.length === 0 ? [] : await tx.run<Sum>(small.map((table) => sumOf(side, table)).join(' union all '));
  const byName = new Map(sums.map(({ name, sum }) => [name, sum]));
  return tables.map(({ name }) => ({ name, rows: rows.get(name)!, sum: byName.get(name) ?? null }));
}

const filterOf = ({ rows }: TenantTable): string => (rows ? ` where ${rows}` : '');

const countOf = (side: Side, table: TenantTable): string =>
  `select '${table.name}' as name, count(*)::float8 as rows from ${nameIn(side, table)}${filterOf(table)}`;

/** The same on every server: md5 of the row's text, of which the first 64 bits are summed. */
function sumOf(side: Side, table: TenantTable): string {
  const row = `row(${table.columns.map(({ name }) => quoteIdentifier(name)).join(', ')})::text`;
  const hash = `('x' || left(md5(${row}), 16))::bit(64)::bigint`;
  return `select '${table.name}' as name, sum(${hash})::text as sum from ${nameIn(side, table)}${filterOf(table)}`;
}
