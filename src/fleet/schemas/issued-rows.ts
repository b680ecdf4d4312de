import type { AdminTx } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import { AppError } from '../../lib/errors.ts';

/** The tables of a schema whose rows must be kept once they have a number: those with the trigger `keep_issued`. */
const kept = `
  select distinct c.relname as "table" from pg_catalog.pg_trigger t
  join pg_catalog.pg_class c on c.oid = t.tgrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_proc p on p.oid = t.tgfoid
  where n.nspname = $1 and p.proname = 'keep_issued' order by 1`;

/** Such documents as people call them, by table: `{ invoices: 12 }`. */
export type Issued = Record<string, number>;

/**
 * The numbers of issued documents of a schema, such as invoices, in these tables or in all; with `copy`, only of those
 * that this other schema of the database lacks. Tables without any are left out.
 */
export async function countIssued(
  tx: AdminTx,
  schemaName: string,
  { tables, copy }: { tables?: readonly string[]; copy?: string } = {},
): Promise<Issued> {
  const counts: Issued = {};
  const found = await tx.run<{ table: string }>(kept, [schemaName]);
  for (const { table } of found.filter((each) => !tables || tables.includes(each.table))) {
    const rows = `${quoteIdentifier(schemaName)}.${quoteIdentifier(table)}`;
    const same = copy && (await hasTable(tx, copy, table)) ? `${quoteIdentifier(copy)}.${quoteIdentifier(table)}` : '';
    const missing = same ? ` and not exists (select from ${same} c where c.id = r.id and c.number = r.number)` : '';
    const [row] = await tx.run<{ count: number }>(
      `select count(*)::int as count from ${rows} r where r.number is not null${missing}`,
    );
    if (row && row.count > 0) counts[table] = row.count;
  }
  return counts;
}

const hasTable = async (tx: AdminTx, schemaName: string, table: string): Promise<boolean> =>
  (await tx.run('select from pg_catalog.pg_tables where schemaname = $1 and tablename = $2', [schemaName, table]))
    .length > 0;

/** Throws INVALID_STATE if there are any. */
export function refuseLossOfIssued(issued: Issued): void {
  const counts = Object.entries(issued).map(([table, count]) => `${count} ${table}`);
  if (!counts.length) return;
  const message = `This destroys issued documents that must be kept (${counts.join(', ')}): add --destroy-issued to do it`;
  throw new AppError('INVALID_STATE', message, { issued });
}
