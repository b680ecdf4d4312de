import type { AdminTx } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';

/** A table or view as it exists in the database, whether or not this build knows it. */
export interface SchemaTable {
  kind: 'table' | 'view' | 'materialized view';
  name: string;
}

/**
 * The tables and views of a schema, newest first, so that those that refer to others come before them. Empty if the
 * schema does not exist.
 */
export const schemaTables = (tx: AdminTx, schemaName: string): Promise<SchemaTable[]> =>
  tx.run<SchemaTable>(
    `select case relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end as kind, relname::text as name
    from pg_class where relnamespace = to_regnamespace($1) and relkind in ('r', 'p', 'v', 'm') and not relispartition
    order by oid desc`,
    [schemaName],
  );

/** The size of a schema: counted rows, and bytes including indexes. */
export interface SchemaSize {
  tables: number;
  rows: number;
  bytes: number;
}

/** Counts all rows. The transaction must be a snapshot. */
export async function schemaSize(tx: AdminTx, schemaName: string): Promise<SchemaSize> {
  const size = { tables: 0, rows: 0, bytes: 0 };
  for (const { kind, name } of await schemaTables(tx, schemaName)) {
    if (kind !== 'table') continue;
    const table = `${quoteIdentifier(schemaName)}.${quoteIdentifier(name)}`;
    const [found] = await tx.run<{ rows: number; bytes: number }>(
      `select (select count(*) from ${table})::float8 as rows, pg_total_relation_size($1::text::regclass)::float8 as bytes`,
      [table],
    );
    size.tables++;
    size.rows += found!.rows;
    size.bytes += found!.bytes;
  }
  return size;
}
