import { type SQL, sql, type Table } from 'drizzle-orm';
import type { WhereOf } from '../../access/row-rules.ts';
import { hasAtMost } from '../../lib/characters.ts';
import { badInput } from '../../lib/errors.ts';
import { searchQuery } from '../../lib/search-words.ts';
import { orderedBy, relevance } from './cursor-plugin.ts';
import { prepared } from './request-placeholder.ts';

/**
 * Tables with a column `search`, which a trigger (`extensions.fill_search`) fills with the same text search
 * configurations as those of the query.
 */
export type SearchableTable = 'tasks' | 'messages';

const maxQueryLength = 500;

/** The tsquery of a search text (words, "phrases", or, -not), in French and English, with or without accents. */
function queryOf(text: string): SQL {
  const query = prepared(text, (given) => searchQuery(String(given)));
  return sql`(websearch_to_tsquery('extensions.fr', ${query}) || websearch_to_tsquery('extensions.en', ${query}))`;
}

/** The argument `query` of a search. Throws BAD_INPUT for more than 500 characters. */
export function checkQuery(text: string): string {
  if (!hasAtMost(text, maxQueryLength)) throw badInput(`at most ${maxQueryLength} characters`, 'query');
  return text;
}

const vectorOf = (table: Table): unknown => table['search' as keyof Table];

/** The condition that a row matches a full-text query. */
export const matchesText = (text: string): { RAW: (table: Table) => SQL } => ({
  RAW: (table) => sql`${vectorOf(table)} @@ ${queryOf(text)}`,
});

/** The extension of search fields. Their cursors contain the rank of a row and are invalid in other lists. */
export const searchOrdering = orderedBy(relevance);

/** A page query over the matching rows, by descending rank. */
export function searchPage<T extends SearchableTable>(
  text: string,
): { where: WhereOf<T>; orderBy: { relevance: 'desc' } } {
  const page = {
    where: matchesText(text),
    orderBy: { relevance: 'desc' },
    // A double, which JavaScript reads and writes exactly: the value is part of cursors
    extras: { relevance: (table: Table) => sql`ts_rank(${vectorOf(table)}, ${queryOf(text)})::double precision` },
  };
  return page as never;
}
