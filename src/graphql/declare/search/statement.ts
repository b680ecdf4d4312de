import { getColumns, type SQL, sql, type Table } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { conditionOf } from '../../../access/guarded-db.ts';
import type { Viewer } from '../../../identity/viewer.ts';
import { relations } from '../../../relations.ts';
import { marks } from './highlight.ts';
import type { SearchPosition } from './search-cursor.ts';
import type { Searchable } from './searchable.ts';
import { typedQuery } from './typed-query.ts';

export interface SearchRow {
  type: string;
  id: string;
  /** A double as text, with all digits. */
  rank: string;
  title: string | null;
  /** The columns with a match, with marks around the words. */
  texts: { field: string; text: string }[];
}

interface Question {
  query: string;
  types: readonly Searchable[];
  limit: number;
  after: SearchPosition | undefined;
}

/**
 * The page of matching rows of all types, as one statement: the matches of each type that the viewer sees, the best of
 * them all, then the texts of these few rows.
 */
export function searchStatement({ query, types, limit, after }: Question, viewer: Viewer): SQL {
  const past = after && isPast(after);
  const branches = types.map((type) => branch(type, past, limit, viewer));
  return sql`
    with typed as materialized (select ${typedQuery(query)} as matching),
    best as materialized (
      select found.* from (${sql.join(branches, sql` union all `)}) as found
      order by found.rank desc, found.id, found.type limit ${limit}
    )
    select best.type, best.id, best.rank::text as rank, shown.title, shown.texts
    from best cross join lateral (${sql.join(
      types.map((type) => shownOf(type)),
      sql` union all `,
    )}) as shown
    order by best.rank desc, best.id, best.type`;
}

/** The number of matching rows of all types. */
export function countStatement({ query, types }: Pick<Question, 'query' | 'types'>, viewer: Viewer): SQL {
  const counts = types.map((type) => sql`(select count(*) from ${tableOf(type)} where ${found(type, viewer)})`);
  return sql`
    with typed as materialized (select ${typedQuery(query)} as matching)
    select (${sql.join(counts, sql` + `)})::int as number`;
}

const matching = sql`(select typed.matching from typed)`;

const tableOf = ({ table }: Searchable): Table => relations[table].table as Table;
const columnOf = (type: Searchable, name: string): PgColumn =>
  (getColumns(tableOf(type)) as unknown as Record<string, PgColumn>)[name]!;

/** The condition that a row matches and that the viewer sees it in the list of the type. */
function found(type: Searchable, viewer: Viewer): SQL {
  const conditions = [
    sql`${columnOf(type, 'search')} @@ ${matching}`,
    conditionOf(tableOf(type), viewer),
    type.hiddenBy === undefined ? undefined : sql`${columnOf(type, type.hiddenBy)} is null`,
  ].filter((each) => each !== undefined);
  return sql.join(conditions, sql` and `);
}

/** The best matches of one type; no other row of it can be on the page. */
function branch(type: Searchable, past: SQL | undefined, limit: number, viewer: Viewer): SQL {
  const vector = columnOf(type, 'search');
  return sql`(
    select each.* from (
      select ${type.typename}::text as type, ${columnOf(type, 'id')} as id,
        ts_rank(${vector}, ${matching})::double precision as rank
      from ${tableOf(type)} where ${found(type, viewer)}
    ) as each
    ${past ? sql`where ${past}` : sql``}
    order by each.rank desc, each.id limit ${limit})`;
}

function isPast({ rank, id, type }: SearchPosition): SQL {
  const of = sql`${rank}::double precision`;
  return sql`(each.rank < ${of} or (each.rank = ${of} and (each.id, each.type) > (${id}::uuid, ${type}::text)))`;
}

/** The title and the texts of a row on the page. Its visibility was decided above, in the same snapshot. */
function shownOf(type: Searchable): SQL {
  const names = Object.keys(type.columns);
  const title = names.filter((name) => type.columns[name] === 'A').map((name) => columnOf(type, name));
  const texts = names.map((name) => sql`select ${name}::text as field, ${markedText(columnOf(type, name))} as text`);
  return sql`
    select ${title.length > 0 ? sql`concat_ws(' ', ${sql.join(title, sql`, `)})` : sql`null::text`} as title,
      (select coalesce(json_agg(json_build_object('field', each.field, 'text', each.text)), '[]')
        from (${sql.join(texts, sql` union all `)}) as each where each.text is not null) as texts
    from ${tableOf(type)} where best.type = ${type.typename} and ${columnOf(type, 'id')} = best.id`;
}

const options = `StartSel="${marks.start}", StopSel="${marks.stop}", FragmentDelimiter="${marks.gap}", MaxFragments=2, MaxWords=18, MinWords=6`;
const configurations = sql`unnest('{extensions.fr,extensions.en,extensions.plain}'::regconfig[])`;

/** The passages of a text around matching words, by the first configuration that finds one; null if none does. */
const markedText = (column: PgColumn): SQL => sql`(
  select headline.text from ${configurations} as configuration (name)
  cross join lateral (
    select ts_headline(
      configuration.name, translate(${column}, ${Object.values(marks).join('')}, ''), ${matching}, ${options}
    ) as text
  ) as headline
  where strpos(headline.text, ${marks.start}) > 0 limit 1)`;
