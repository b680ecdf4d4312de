import { quoteIdentifier } from '../../db/identifier.ts';
import type { DatabaseVisit } from './database-visit.ts';
import { type Finding, Findings } from './finding.ts';

interface UniqueColumn {
  schema: string;
  table: string;
  /** The unique column: the name, or the code. */
  column: string;
}

/**
 * Columns of all tenants in this database that are unique regardless of case (`uniqueWithoutCase` in lib/columns.ts).
 */
const columns = `select n.nspname::text as schema, c.relname::text as table, substr(a.attname::text, 15) as column
  from pg_attribute a join pg_class c on c.oid = a.attrelid and c.relkind = 'r' join pg_namespace n on n.oid = c.relnamespace
  where a.attname like 'grandfathered\\_%' and not a.attisdropped and n.nspname like 'tenant\\_%' order by 1, 2, 3`;

/** A statement over more schemas would take long to plan. */
const perStatement = 100;
const maxNamed = 3;

/**
 * Reports names and codes that differed from another one only in case when the rule was introduced. They stay until
 * somebody changes them.
 */
export async function checkNames({
  name,
  admin,
  slugs,
}: Pick<DatabaseVisit, 'name' | 'admin' | 'slugs'>): Promise<Finding[]> {
  const found = new Findings('names', name);
  const places = await admin.run<UniqueColumn>(columns);
  for (let at = 0; at < places.length; at += perStatement) {
    const page = places.slice(at, at + perStatement);
    const duplicates = await admin.run<UniqueColumn & { names: string[]; count: number }>(
      `${page.map(duplicatesIn).join(' union all ')} order by 1, 2, 3`,
      page.flatMap(({ schema, table, column }) => [schema, table, column]),
    );
    for (const { schema, table, column, names, count } of duplicates) {
      const more = count > names.length ? ` and ${count - names.length} more` : '';
      const quoted = names.map((each) => JSON.stringify(each)).join(', ');
      found.warning(
        slugs.get(schema) ?? schema,
        `${table} whose ${column} differs from another one only in case: ${quoted}${more}`,
      );
    }
  }
  return found.all;
}

/**
 * A query that returns one row if the table has such values. It checks again, because the other value may have changed
 * since.
 */
function duplicatesIn({ schema, table, column }: UniqueColumn, index: number): string {
  const rows = `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
  const [value, exempt] = [column, `grandfathered_${column}`].map(quoteIdentifier);
  const [first, second, third] = [1, 2, 3].map((n) => `$${index * 3 + n}::text`);
  return `select ${first} as schema, ${second} as table, ${third} as column, names[:${maxNamed}] as names, cardinality(names) as count
    from (select array_agg(a.${value}::text order by a.${value}) as names from ${rows} a
      where a.${exempt} = a.${value} and exists (select from ${rows} b
        where b.id <> a.id and extensions.name_key(b.${value}) = extensions.name_key(a.${value}))) found
    where names is not null`;
}
