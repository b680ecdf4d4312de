import type { AdminTx } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import { type ArchivedTable, badArchive } from './manifest.ts';
import type { TenantTable } from './tenant-tables.ts';

type Counters = ArchivedTable['counters'];

/** The last values of a table's identity columns and sequences. */
export async function readCounters(tx: AdminTx, schemaName: string, table: TenantTable): Promise<Counters> {
  const counters: Counters = {};
  for (const column of table.counters) {
    const sequence = await sequenceOf(tx, schemaName, table, column);
    const [found] = await tx.run<Counters[string]>(
      `select last_value::text as last, is_called as called from ${sequence}`,
    );
    counters[column] = found!;
  }
  return counters;
}

/**
 * Sets the sequences of a table to the archived values. Throws BAD_INPUT if the archive has other sequences than the
 * table.
 */
export async function writeCounters(
  tx: AdminTx,
  schemaName: string,
  table: TenantTable,
  counters: Counters,
): Promise<void> {
  if (Object.keys(counters).sort().join() !== table.counters.toSorted().join()) {
    throw badArchive(`lists other sequences for ${table.name} than the table has`);
  }
  for (const column of table.counters) {
    const { last, called } = counters[column]!;
    const sequence = await sequenceOf(tx, schemaName, table, column);
    await tx.run('select setval($1::text::regclass, $2::bigint, $3)', [sequence, last, called]);
  }
}

/** The name of a column's sequence as SQL. */
async function sequenceOf(tx: AdminTx, schemaName: string, { name }: TenantTable, column: string): Promise<string> {
  const table = `${quoteIdentifier(schemaName)}.${quoteIdentifier(name)}`;
  const [found] = await tx.run<{ sequence: string }>('select pg_get_serial_sequence($1, $2) as sequence', [
    table,
    column,
  ]);
  return found!.sequence;
}
