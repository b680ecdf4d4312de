import { type ArchivedTable, badArchive, type Manifest } from '../copy/manifest.ts';
import type { TenantTable } from '../copy/tenant-tables.ts';

/** Pairs each table that the migrations created with the archived one. Throws BAD_INPUT if they differ. */
export function tablesAsArchived({ tables }: Manifest, made: readonly TenantTable[]): [TenantTable, ArchivedTable][] {
  const described = (each: { name: string; columns: readonly { name: string; type: string }[] }): string =>
    JSON.stringify([each.name, each.columns.map(({ name, type }) => [name, type])]);
  if (made.map(described).join() !== tables.map(described).join()) {
    throw badArchive('has tables that differ from those that its migrations create');
  }
  return made.map((table, n) => [table, tables[n]!]);
}
