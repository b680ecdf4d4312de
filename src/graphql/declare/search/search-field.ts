import type { SQL } from 'drizzle-orm';
import { rowRuleOf } from '../../../access/row-rules.ts';
import type { Viewer } from '../../../identity/viewer.ts';
import { AppError, badInput } from '../../../lib/errors.ts';
import { pageSizes } from '../../limits/sizes.ts';
import { builder } from '../builder.ts';
import { encodeGlobalId } from '../global-id.ts';
import { defineConnection } from '../pages.ts';
import { toConstantCase } from '../resource/naming.ts';
import { checkQuery } from '../text-search.ts';
import { type HighlightPart, highlightParts } from './highlight.ts';
import { decodeSearchCursor, encodeSearchCursor } from './search-cursor.ts';
import { type Searchable, searchableTypes } from './searchable.ts';
import { countStatement, type SearchRow, searchStatement } from './statement.ts';

const all = searchableTypes();

const SearchType = builder.enumType('SearchType', {
  description: 'A type whose objects `search` finds.',
  values: Object.fromEntries(
    all.map(({ typename, description }) => [toConstantCase(typename), { value: typename, description }]),
  ),
});

const SearchHighlightPart = builder.objectRef<HighlightPart>('SearchHighlightPart').implement({
  description: 'A piece of a text.',
  fields: (t) => ({
    text: t.exposeString('text', { description: 'The piece as plain text, in which tags are blanks.' }),
    isMatch: t.exposeBoolean('isMatch', { description: 'Whether it matches the query.' }),
  }),
});

const SearchHighlight = builder.objectRef<SearchRow['texts'][number]>('SearchHighlight').implement({
  description: 'The passages of a text around the words that match, at most 400 characters.',
  fields: (t) => ({
    field: t.exposeString('field', { description: 'The field with the text, such as `description`.' }),
    parts: t.field({
      type: [SearchHighlightPart],
      description: 'The passages, in order; ` … ` separates them.',
      resolve: ({ text }) => highlightParts(text),
    }),
  }),
});

const SearchHit = builder.objectRef<SearchRow>('SearchHit').implement({
  description: 'An object that `search` found. `nodes` reads further fields of up to 100 objects.',
  fields: (t) => ({
    id: t.id({ description: 'The id of the object.', resolve: ({ type, id }) => encodeGlobalId(type, id) }),
    type: t.field({ type: SearchType, description: 'The type of the object.', resolve: ({ type }) => type }),
    title: t.exposeString('title', {
      nullable: true,
      description: 'Its name; null for texts without one, such as messages.',
    }),
    rank: t.field({
      type: 'Decimal',
      description: 'How well it matches: greater is better. Comparable within one answer only.',
      resolve: ({ rank }) => Number(rank).toFixed(12),
    }),
    highlights: t.field({
      type: [SearchHighlight],
      description: 'The texts with words that match.',
      resolve: ({ texts }) => texts,
    }),
  }),
});

const [SearchHitConnection] = defineConnection(SearchHit, 'SearchHit');

const mostHits = 50;

builder.queryField('search', (t) =>
  t.field({
    type: SearchHitConnection,
    authScopes: { member: true },
    description:
      'Everything that you may see with these words, the best match first, then by id. The last word may be the beginning of ' +
      'one: `inv` finds an invoice. What lists leave out, such as archived projects, is left out.',
    args: {
      query: t.arg.string({
        required: true,
        description:
          'Words in French or English, with or without accents, at most 500 characters. "A phrase", `or` and -without work as ' +
          'in a search engine.',
      }),
      types: t.arg({
        type: [SearchType],
        maxItems: 100,
        description: 'Only objects of these types; by default all types that you may see.',
      }),
      first: t.arg.int({
        defaultValue: pageSizes.default,
        description: `Number of hits: 1 to ${mostHits}; ${pageSizes.default} by default.`,
      }),
      after: t.arg.string({ description: 'Only hits after this cursor, for the same query.' }),
    },
    complexity: ({ first }) => ({ field: 50, multiplier: first ?? pageSizes.default }),
    resolve: async (_root, { query, types, first, after }, { db, viewer }) => {
      const size = first ?? pageSizes.default;
      if (size < 1 || size > mostHits) throw badInput(`must be between 1 and ${mostHits}`, 'first');
      const position = after ? decodeSearchCursor(after) : undefined;
      const searched = searchedTypes(viewer, types);
      const question = { query: checkQuery(query), types: searched, limit: size + 1, after: position };
      const read = async (statement: SQL) => (searched.length > 0 ? await db.unguarded.execute(statement) : []);
      const found = (await read(searchStatement(question, viewer))) as unknown as SearchRow[];
      const totalCount = async () => Number((await read(countStatement(question, viewer)))[0]?.number ?? 0);
      return { ...connectionOf(found, size, after), totalCount };
    },
  }),
);

/** Throws for a type that is asked for by name and that the viewer may not read at all. */
function searchedTypes(viewer: Viewer, names: readonly string[] | null | undefined): readonly Searchable[] {
  const asked = names && new Set(names);
  return all.filter(({ table, typename, module }) => {
    if (asked && !asked.has(typename)) return false;
    if (module !== undefined && !viewer.modules.has(module)) {
      if (!asked) return false;
      throw new AppError('MODULE_DISABLED', `The organization has not switched on the module ${module}`, { module });
    }
    if (rowRuleOf(table, viewer) !== 'none') return true;
    if (!asked) return false;
    throw new AppError('FORBIDDEN', `You may not read objects of the type ${typename}`, { field: 'types' });
  });
}

function connectionOf(rows: readonly SearchRow[], size: number, after: string | null | undefined) {
  const edges = rows.slice(0, size).map((node) => ({ node, cursor: encodeSearchCursor(node) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > size,
      hasPreviousPage: Boolean(after),
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
