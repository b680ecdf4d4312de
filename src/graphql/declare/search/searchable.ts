import type { TableName } from '../../../access/row-rules.ts';

/** How much a word counts: A the most, such as those of a name; D the least, such as those of a long text. */
export type SearchWeight = 'A' | 'B' | 'C' | 'D';

/** A type whose rows `search` finds. */
export interface Searchable {
  table: TableName;
  typename: string;
  description: string;
  /** The columns with the words and their weights, as the trigger that fills the column `search` has them. */
  columns: Readonly<Record<string, SearchWeight>>;
  /** The instant that takes a row out of its list. */
  hiddenBy?: string | undefined;
  /** The optional module that it belongs to. */
  module?: string | undefined;
}

const searchables = new Map<string, Searchable>();

/** Lets `search` find the rows of a type. Its table has a column `search`, which a trigger fills. */
export function makeSearchable(searchable: Searchable): void {
  searchables.set(searchable.typename, searchable);
}

/** All types that `search` finds, by name. */
export const searchableTypes = (): readonly Searchable[] =>
  [...searchables.values()].sort((a, b) => (a.typename < b.typename ? -1 : 1));
