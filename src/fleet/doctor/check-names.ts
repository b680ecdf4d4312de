import { quoteIdentifier } from '../../db/identifier.ts';
import type { DatabaseVisit } from './database-visit.ts';
import { type Finding, Findings } from './finding.ts';

interface Place {
  schema: string;
  table: string;
}

/** Tables whose names are unique without case (`uniqueName` in lib/columns.ts), of every tenant here. */
const tables = `select n.nspname::text as schema, c.relname::text as table
  from pg_attribute a join pg_class c on c.oid = a.attrelid and c.relkind = 'r' join pg_namespace n on n.oid = c.relnamespace
  where a.attname = 'grandfathered_name' and not a.attisdropped and n.nspname like 'tenant\\_%' order by 1, 2`;

/** Statements over many schemas would plan for long. */
const perStatement = 100;
const mostNamed = 3;

/** Reports names that equalled another one but for case when such names came to be refused. They stay until somebody renames them. */
export async function checkNames({
  name,
  admin,
  slugs,
}: Pick<DatabaseVisit, 'name' | 'admin' | 'slugs'>): Promise<Finding[]> {
  const found = new Findings('names', name);
  const places = await admin.run<Place>(tables);
  for (let at = 0; at < places.length; at += perStatement) {
    const page = places.slice(at, at + perStatement);
    const doubles = await admin.run<Place & { names: string[]; count: number }>(
      page.map(doublesIn).join(' union all '),
      page.flatMap(({ schema, table }) => [schema, table]),
    );
    for (const { schema, table, names, count } of doubles) {
      const more = count > names.length ? ` and ${count - names.length} more` : '';
      const quoted = names.map((each) => JSON.stringify(each)).join(', ');
      found.warning(
        slugs.get(schema) ?? schema,
        `${table} with the name of another one but for case: ${quoted}${more}`,
      );
    }
  }
  return found.all;
}

/** One row if the table has such names. The other one may have been renamed since. */
function doublesIn({ schema, table }: Place, index: number): string {
  const rows = `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
  return `select $${index * 2 + 1}::text as schema, $${index * 2 + 2}::text as table, names[:${mostNamed}] as names, cardinality(names) as count
    from (select array_agg(a.name::text order by a.name) as names from ${rows} a
      where a.grandfathered_name = a.name and exists (select from ${rows} b
        where b.id <> a.id and extensions.name_key(b.name) = extensions.name_key(a.name))) found
    where names is not null`;
}
