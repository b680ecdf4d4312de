import { type SQL, sql, type Table } from 'drizzle-orm';
import type { WhereOf } from '../../access/row-rules.ts';
import { hasAtMost } from '../../lib/characters.ts';
import { badInput } from '../../lib/errors.ts';
import { searchQuery } from '../../lib/search-words.ts';
import { orderedBy, relevance } from './cursor-plugin.ts';
import { prepared } from './hole.ts';

/** Tables whose column `search` a trigger fills (`extensions.fill_search`), by the configurations that the query uses too. */
export type SearchableTable = 'tasks' | 'messages';

const longestQuery = 500;

/** What people write into a search box (words, "phrases", or, -not), in French and English at once, accents or not. */
function queryOf(text: string): SQL {
  const query = prepared(text, (given) => searchQuery(String(given)));
  return sql`(websearch_to_tsquery('extensions.fr', ${query}) || websearch_to_tsquery('extensions.en', ${query}))`;
}

/** The words of a search, as the argument `query`. Throws BAD_INPUT for more than 500 characters. */
export function checkQuery(text: string): string {
  if (!hasAtMost(text, longestQuery)) throw badInput(`at most ${longestQuery} characters`, 'query');
  return text;
}

const vectorOf = (table: Table): unknown => table['search' as keyof Table];

/** The condition that a row matches a full-text query. */
export const matchesText = (text: string): { RAW: (table: Table) => SQL } => ({
  RAW: (table) => sql`${vectorOf(table)} @@ ${queryOf(text)}`,
});

/** For the fields of searches: their cursors hold how well a row matches, which is no place in any other list. */
export const searchOrdering = orderedBy(relevance);

/** A page query over the rows that match, the best first: how well a row matches is an expression to order by. */
export function searchPage<T extends SearchableTable>(
  text: string,
): { where: WhereOf<T>; orderBy: { relevance: 'desc' } } {
  const page = {
    where: matchesText(text),
    orderBy: { relevance: 'desc' },
    // As a double, which JavaScript reads and writes exactly: the value comes back in cursors.
    extras: { relevance: (table: Table) => sql`ts_rank(${vectorOf(table)}, ${queryOf(text)})::double precision` },
  };
  return page as never;
}
