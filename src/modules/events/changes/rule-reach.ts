import type { Table } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { RowRule, TableName } from '../../../access/row-rules.ts';
import { relations } from '../../../relations.ts';
import { columnsOf } from '../cascade.ts';

type Rule = Record<string, unknown>;

interface Relation {
  relationType: 'one' | 'many';
  sourceColumns: PgColumn[];
  targetColumns: PgColumn[];
  targetTableName: TableName;
  throughTable?: Table | undefined;
}

/** A table that a row rule reaches through relations. */
export interface ReachedTable {
  table: TableName;
  /** The relations that lead from the rule's table to it. */
  path: readonly string[];
  /** The column that refers to the row before it in the path, if many rows can refer to that one. */
  refersBy: string | undefined;
  /** The values that its row must have, as far as the rule compares with constants. */
  equals: ReadonlyMap<string, string>;
}

/** The tables and columns on which the decision of a row rule depends. */
export interface RuleReach {
  reached: readonly ReachedTable[];
  /** The columns that the rule reads, by table, with the rule's own table. */
  columns: ReadonlyMap<TableName, ReadonlySet<string>>;
}

const relationOf = (table: TableName, key: string): Relation | undefined =>
  (relations[table].relations as unknown as Record<string, Relation>)[key];

const keyOf = (table: TableName, column: PgColumn): string =>
  Object.entries(columnsOf(table)).find(([, each]) => each === column)![0];

/** Throws for a rule with SQL of its own, whose dependencies cannot be found. */
export function reachOf(table: TableName, rule: Exclude<RowRule, 'none'>): RuleReach {
  const reach = new Reach();
  reach.read(table, 'id');
  if (rule !== 'all') reach.walk(table, rule as Rule, []);
  return reach;
}

class Reach implements RuleReach {
  readonly reached: ReachedTable[] = [];
  readonly columns = new Map<TableName, Set<string>>();

  read(table: TableName, ...keys: string[]): void {
    const known = this.columns.get(table) ?? new Set(['id']);
    this.columns.set(table, known);
    for (const key of keys) known.add(key);
  }

  walk(table: TableName, rule: Rule, path: readonly string[]): void {
    for (const [key, value] of Object.entries(rule)) {
      const relation = relationOf(table, key);
      if (key === 'AND' || key === 'OR') for (const part of value as Rule[]) this.walk(table, part, path);
      else if (key === 'NOT') this.walk(table, value as Rule, path);
      else if (relation) this.#follow(table, relation, value === true ? {} : (value as Rule), [...path, key]);
      else if (columnsOf(table)[key]) this.read(table, key);
      else throw new Error(`The row rule reads ${table}.${key}, so that its changes cannot be followed`);
    }
  }

  #follow(from: TableName, relation: Relation, rule: Rule, path: readonly string[]): void {
    const { targetTableName: table, sourceColumns, targetColumns, relationType, throughTable } = relation;
    const [source] = sourceColumns;
    const [target] = targetColumns;
    if (throughTable || !source || !target) throw new Error(`The row rule reads ${from} through a join table`);
    this.read(from, keyOf(from, source));
    this.read(table, keyOf(table, target));
    const equals = Object.entries(rule).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    const refersBy = relationType === 'many' ? keyOf(table, target) : undefined;
    this.reached.push({ table, path, refersBy, equals: new Map(equals) });
    this.walk(table, rule, path);
  }
}
