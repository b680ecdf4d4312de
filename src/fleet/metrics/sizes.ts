import type { AdminTx } from '../../db/admin.ts';

/** The size of a schema, in bytes and rows. */
export interface Sizes {
  tables: number;
  indexes: number;
  rows: number;
  /** Whether it has an event log. */
  hasEvents: boolean;
}

type Runner = Pick<AdminTx, 'run'>;
interface SizesRow extends Sizes {
  schema: string;
}

const relations = `from unnest($1::text[]) as wanted (name) join pg_namespace n on n.nspname = wanted.name
  join pg_class c on c.relnamespace = n.oid and c.relkind in ('r', 'm')`;

/** As of the latest VACUUM or ANALYZE: reads only the system catalog, whatever the size. */
const estimated = `select n.nspname::text as schema,
    (current_setting('block_size')::bigint * sum(c.relpages + coalesce(t.relpages, 0) + coalesce(ti.relpages, 0)))::float8 as tables,
    (current_setting('block_size')::bigint * sum(coalesce(i.pages, 0)))::float8 as indexes,
    sum(greatest(c.reltuples, 0))::float8 as rows, bool_or(c.relname = 'events') as "hasEvents"
  ${relations}
  left join pg_class t on t.oid = c.reltoastrelid left join pg_index tx on tx.indrelid = t.oid left join pg_class ti on ti.oid = tx.indexrelid
  left join lateral (select sum(ic.relpages) as pages from pg_index x join pg_class ic on ic.oid = x.indexrelid where x.indrelid = c.oid) i on true
  group by n.nspname`;

/** The current size on disk: looks at every file. */
const onDisk = `select n.nspname::text as schema, sum(pg_table_size(c.oid))::float8 as tables, sum(pg_indexes_size(c.oid))::float8 as indexes,
    sum(greatest(c.reltuples, 0))::float8 as rows, bool_or(c.relname = 'events') as "hasEvents"
  ${relations} group by n.nspname`;

/** Sizes by schema. Rows are those of the latest VACUUM or ANALYZE; with `exact`, bytes are measured on disk. */
export async function sizesOf(admin: Runner, schemas: readonly string[], exact: boolean): Promise<Map<string, Sizes>> {
  const rows = await admin.run<SizesRow>(exact ? onDisk : estimated, [schemas]);
  return new Map(rows.map(({ schema, ...sizes }) => [schema, sizes]));
}
