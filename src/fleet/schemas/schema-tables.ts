import type { AdminTx } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';

/** A table of a schema as it is in the database, whatever the program knows of it. */
export interface SchemaTable {
  kind: 'table' | 'view' | 'materialized view';
  name: string;
}

/**
 * What holds rows in a schema, the newest first, so that what refers to others comes before them. None without the
 * schema.
 */
export const schemaTables = (tx: AdminTx, schemaName: string): Promise<SchemaTable[]> =>
  tx.run<SchemaTable>(
    `select case relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end as kind, relname::text as name
    from pg_class where relnamespace = to_regnamespace($1) and relkind in ('r', 'p', 'v', 'm') and not relispartition
    order by oid desc`,
    [schemaName],
  );

/** How much a schema holds: rows as counted, bytes with indexes. */
export interface SchemaSize {
  tables: number;
  rows: number;
  bytes: number;
}

/** Counts every row, in one snapshot of the transaction. */
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
