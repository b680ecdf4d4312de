import type { AdminTx } from '../../db/admin.ts';
import { type Migration, tablesMadeBy } from '../../db/migration-files.ts';
import { AppError } from '../../lib/errors.ts';
import type { MigrationLines } from '../schemas/migration-lines.ts';

export interface TenantColumn {
  name: string;
  /** As Postgres writes it: `numeric(6,2)`. */
  type: string;
  nullable: boolean;
  /** Whether its order depends on a collation. */
  collated: boolean;
}

/** A table of a tenant, with everything needed to copy it. */
export interface TenantTable {
  name: string;
  /**
   * In the table's order, without columns that the database computes (generated ones, and search vectors filled by
   * triggers).
   */
  columns: readonly TenantColumn[];
  /** Names of columns. */
  primaryKey: readonly string[];
  /** Identity columns, and columns with a sequence. */
  counters: readonly string[];
  /** Foreign keys to the table itself: rows can be copied in parts only while these are dropped. */
  selfReferences: readonly { name: string; definition: string }[];
  /** SQL condition that selects the tenant's data; absent for all rows. */
  rows?: string;
}

type Found = Omit<TenantTable, 'rows'> & { references: readonly string[] };

/**
 * Sequence number 0 opens an era of the event log (see era.ts). It belongs to one place of the data; each new place
 * writes its own.
 */
const rowsOf = ({ name, columns }: TenantTable): { rows?: string } =>
  name === 'events' && columns.some((column) => column.name === 'era') ? { rows: 'seq > 0' } : {};

/** Looks tables up by name: listing all tables of a schema takes longer, the more tenants there are. */
const found = `
  select c.relname as name,
    (select jsonb_agg(jsonb_build_object(
        'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'nullable', not a.attnotnull,
        'collated', a.attcollation <> 0) order by a.attnum)
      from pg_attribute a
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.atttypid <> 'tsvector'::regtype) as columns,
    (select coalesce(jsonb_agg(a.attname order by k.position), '[]')
      from pg_constraint p cross join unnest(p.conkey) with ordinality as k (number, position)
      join pg_attribute a on a.attrelid = c.oid and a.attnum = k.number
      where p.conrelid = c.oid and p.contype = 'p') as "primaryKey",
    (select coalesce(jsonb_agg(a.attname order by a.attnum), '[]')
      from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and a.attidentity <> '') as counters,
    (select coalesce(jsonb_agg(jsonb_build_object('name', f.conname, 'definition', pg_get_constraintdef(f.oid)) order by f.conname), '[]')
      from pg_constraint f where f.conrelid = c.oid and f.contype = 'f' and f.confrelid = c.oid) as "selfReferences",
    (select coalesce(jsonb_agg(distinct p.relname), '[]')
      from pg_constraint f join pg_class p on p.oid = f.confrelid
      where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid) as references
  from unnest($2::text[]) as wanted (name)
  join pg_class c on c.oid = to_regclass(format('%I.%I', $1::text, wanted.name))`;

/**
 * The tables of a tenant's schema, referenced tables first. Their names are those that this build's migrations create
 * (also of modules that were switched off); their columns are those that the schema really has, because an older schema
 * has fewer. Throws for tables that refer to each other in a cycle.
 */
export const tablesOf = (tx: AdminTx, lines: MigrationLines, schemaName: string): Promise<TenantTable[]> =>
  tablesMade(tx, lines.everything(), schemaName);

/** Like `tablesOf`, for a schema with other migrations. */
export async function tablesMade(
  tx: AdminTx,
  migrations: readonly Migration[],
  schemaName: string,
): Promise<TenantTable[]> {
  const names = tablesMadeBy(migrations);
  const tables = await tx.run<Found>(found, [schemaName, names]);
  // Names become SQL on other servers and names of files, and the server that sent them may be compromised
  const unknown = tables.filter(({ name }) => !names.includes(name));
  if (unknown.length > 0) throw new AppError('SCHEMA_MISMATCH', `${schemaName} has tables that no migration creates`);
  return inOrder(tables).map(({ references: _, ...table }) => ({ ...table, ...rowsOf(table) }));
}

/**
 * The names of tables that are missing in one of the lists or have different columns, keys or conditions. The order of
 * columns does not matter.
 */
export function differentTables(one: readonly TenantTable[], other: readonly TenantTable[]): string[] {
  const [forms, others] = [formsOf(one), formsOf(other)];
  return [...new Set([...forms.keys(), ...others.keys()])]
    .filter((name) => forms.get(name) !== others.get(name))
    .sort();
}

/**
 * Foreign key definitions may contain the schema's name, so they are used only where they were read, and not compared.
 */
const formsOf = (tables: readonly TenantTable[]): Map<string, string> =>
  new Map(
    tables.map(({ name, columns, primaryKey, counters, rows }) => [
      name,
      JSON.stringify([
        columns.map((column) => [column.name, column.type, column.nullable, column.collated]).sort(),
        primaryKey,
        counters.toSorted(),
        rows,
      ]),
    ]),
  );

/** Referenced tables first, otherwise by name, so that the order is the same everywhere. */
function inOrder(tables: readonly Found[]): Found[] {
  const left = tables.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const placed = new Set<string>();
  const order: Found[] = [];
  while (left.length > 0) {
    const next = left.findIndex(({ references }) => references.every((name) => placed.has(name)));
    if (next === -1) throw new Error(`These tables refer to each other: ${left.map(({ name }) => name).join(', ')}`);
    const [table] = left.splice(next, 1);
    placed.add(table!.name);
    order.push(table!);
  }
  return order;
}
