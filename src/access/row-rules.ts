import type { RelationsFilter } from 'drizzle-orm';
import type { Viewer } from '../identity/viewer.ts';
import type { Relations } from '../relations.ts';

export type TableName = keyof Relations;
/** For an unknown table it is `object`: the union over all tables exceeds the compiler's limit (TS2590). */
export type WhereOf<T extends TableName> = TableName extends T ? object : RelationsFilter<Relations[T], Relations>;

/** Which rows of a table a viewer may see: all, none, or those that match a filter. */
export type RowRule<T extends TableName = TableName> = 'all' | 'none' | WhereOf<T>;

type AnyRule = (viewer: Viewer) => RowRule;

/** The rules of all tables, each declared once by its module. */
export const rowRules = new Map<TableName, AnyRule>();

/**
 * Declares who sees which rows of a table. The rule holds on every path of the graph that reads the table: root
 * fields, relations, counts, filters across relations, `node`. A table without a rule cannot be read at all.
 */
export function defineRowRule<T extends TableName>(table: T, rule: (viewer: Viewer) => RowRule<T>): void {
  if (rowRules.has(table)) throw new Error(`the row rule of ${table} is declared twice`);
  rowRules.set(table, rule as AnyRule);
}

export function rowRuleOf(table: string, viewer: Viewer): RowRule {
  const rule = rowRules.get(table as TableName);
  if (!rule) throw new Error(`no row rule is declared for ${table}`);
  return rule(viewer);
}

export const tablesWithRowRules = (): readonly TableName[] => [...rowRules.keys()];
