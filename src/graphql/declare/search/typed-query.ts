import { type SQL, sql } from 'drizzle-orm';
import { searchQuery, typedWords } from '../../../lib/search-words.ts';

/**
 * The tsquery of a text that somebody is typing: words as `websearch_to_tsquery` has them, in French and English, and
 * the last word also as the beginning of one. The texts of both functions consist of words that `searchQuery` and
 * `typedWords` have cleaned, so that no text is a syntax error.
 */
export function typedQuery(text: string): SQL {
  const { before, last } = typedWords(text);
  const whole = searchQuery(text);
  const queries = languages.map((language) => sql`websearch_to_tsquery(${language}, ${whole})`);
  if (last === '') return either(queries);
  const beginning = sql`to_tsquery('extensions.plain', ${last})`;
  const typed = languages.map((language) => sql`(websearch_to_tsquery(${language}, ${before}) && ${beginning})`);
  return either([...queries, ...typed]);
}

const languages = [sql`'extensions.fr'`, sql`'extensions.en'`];

const either = (queries: SQL[]): SQL => sql`(${sql.join(queries, sql` || `)})`;
