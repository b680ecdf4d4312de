import { type ArchivedTable, badArchive, type Manifest } from '../copy/manifest.ts';
import type { TenantTable } from '../copy/tenant-tables.ts';

/** The tables that the migrations made, which are those of the archive or it is none of ours. */
export function tablesAsArchived({ tables }: Manifest, made: readonly TenantTable[]): [TenantTable, ArchivedTable][] {
  const described = (each: { name: string; columns: readonly { name: string; type: string }[] }): string =>
    JSON.stringify([each.name, each.columns.map(({ name, type }) => [name, type])]);
  if (made.map(described).join() !== tables.map(described).join()) {
    throw badArchive('has other tables than its migrations make');
  }
  return made.map((table, n) => [table, tables[n]!]);
}
