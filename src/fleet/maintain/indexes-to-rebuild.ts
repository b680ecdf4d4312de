import type { AdminTx } from '../../db/admin.ts';

export interface IndexState {
  name: string;
  table: string;
  /** Whether it is left over from an interrupted REINDEX CONCURRENTLY, and must be dropped. */
  leftover: boolean;
}

/**
 * An index of at least a megabyte that takes three times the pages that its entries need. The number of entries is the
 * table's row count at the latest ANALYZE; columns of variable width count as 32 bytes. The estimate is coarse, so only
 * clear cases are rebuilt. B-trees only, because the right size of other kinds cannot be estimated.
 */
const bloated = `am.amname = 'btree' and i.relpages > 128 and c.reltuples >= 0
  and i.relpages > 3 * ceil((c.reltuples + 1) * (12 + (
    select sum(case when a.attlen > 0 then a.attlen else 32 end) from pg_attribute a where a.attrelid = i.oid and a.attnum > 0
  )) / (current_setting('block_size')::int * 0.9))`;

/** The indexes of a schema that are worth rebuilding, or all of them. */
export function indexesToRebuild(
  admin: Pick<AdminTx, 'run'>,
  schemaName: string,
  { all }: { all: boolean },
): Promise<IndexState[]> {
  return admin.run<IndexState>(
    `select i.relname::text as name, c.relname::text as table, not x.indisvalid and i.relname ~ '_cc(new|old)\\d*$' as leftover
    from pg_class i join pg_index x on x.indexrelid = i.oid join pg_class c on c.oid = x.indrelid join pg_am am on am.oid = i.relam
    where i.relnamespace = to_regnamespace($1) and i.relkind = 'i' and ($2 or not x.indisvalid or (${bloated}))
    order by i.relname`,
    [schemaName, all],
  );
}
