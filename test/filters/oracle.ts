import { type Column, getColumns, type Relation, type Table } from 'drizzle-orm';
import { relations } from '../../src/relations.ts';

export type Row = Record<string, unknown> & { id: string };
export type TableName = keyof typeof relations;
export type FilterValue = Record<string, unknown>;

/** What the oracle is told by the database: the rows that the viewer sees, and how its texts sort. */
export interface Facts {
  rows: ReadonlyMap<TableName, readonly Row[]>;
  /** Rows of tables that only join others. */
  junctions: ReadonlyMap<unknown, readonly Record<string, unknown>[]>;
  /** Place of a text in the order of a column. */
  placeOf(table: TableName, column: string, text: string): number;
  /** Place of a text as people sort it. */
  readersPlaceOf(text: string): number;
  /** Ids of the rows that a condition of its own kind finds, such as a search. */
  foundBy(table: TableName, key: string, value: unknown): ReadonlySet<string>;
}

/** The ids of the rows that a filter matches, by the words of the schema and nothing else. */
export function matchingIds(facts: Facts, table: TableName, filter: FilterValue): string[] {
  const rows = facts.rows.get(table) ?? [];
  return rows.filter((row) => matches(facts, table, row, filter)).map(({ id }) => id);
}

function matches(facts: Facts, table: TableName, row: Row, filter: FilterValue): boolean {
  return Object.entries(filter).every(([key, value]) => {
    if (key === 'and') return (value as FilterValue[]).every((part) => matches(facts, table, row, part));
    if (key === 'or') return (value as FilterValue[]).some((part) => matches(facts, table, row, part));
    if (key === 'some' || key === 'none' || key === 'every') {
      return Object.entries(value as FilterValue).every(([name, of]) => quantified(facts, table, row, key, name, of));
    }
    if (key === 'not') return !matches(facts, table, row, value as FilterValue);
    const relation = (relations[table].relations as Record<string, Relation | undefined>)[key];
    if (relation)
      return related(facts, relation, row).some(({ target, of }) => matches(facts, of, target, value as FilterValue));
    if (!comparedColumn(table, key)) return facts.foundBy(table, key, value).has(row.id);
    return Object.entries(value as FilterValue).every(([operator, operand]) =>
      compare(facts, table, key, row[key], operator, operand),
    );
  });
}

function quantified(
  facts: Facts,
  table: TableName,
  row: Row,
  quantifier: 'some' | 'none' | 'every',
  name: string,
  filter: unknown,
): boolean {
  const relation = (relations[table].relations as Record<string, Relation>)[name]!;
  const all = related(facts, relation, row);
  const matching = all.filter(({ target, of }) => matches(facts, of, target, filter as FilterValue)).length;
  if (quantifier === 'every') return matching === all.length;
  return quantifier === 'some' ? matching > 0 : matching === 0;
}

function* joined(facts: Facts, relation: Relation, row: Row): Generator<Record<string, unknown>> {
  const { through, sourceColumns } = relation;
  if (!through) {
    yield row;
    return;
  }
  for (const link of facts.junctions.get(relation.throughTable) ?? []) {
    const holds = sourceColumns.every(
      (column, i) => row[keyOf(relation.sourceTable, column.name)] === link[through.source[i]!._.key],
    );
    if (holds) yield link;
  }
}

function related(facts: Facts, relation: Relation, row: Row): { target: Row; of: TableName }[] {
  const of = relation.targetTableName as TableName;
  const rows = facts.rows.get(of) ?? [];
  return [...joined(facts, relation, row)].flatMap((source) =>
    rows
      .filter((target) =>
        relation.targetColumns.every((column, i) => {
          const own = target[keyOf(relation.targetTable, column.name)];
          const key =
            relation.through?.target[i]?._.key ?? keyOf(relation.sourceTable, relation.sourceColumns[i]!.name);
          return own !== null && own === source[key];
        }),
      )
      .map((target) => ({ target, of })),
  );
}

const keyOf = (table: unknown, name: string): string =>
  Object.entries(getColumns(table as Table)).find(([, column]) => column.name === name)![0];

/** The column that a field of a filter compares; undefined where it is a condition of its own kind. */
export function comparedColumn(table: TableName, field: string): Column | undefined {
  const column = getColumns(relations[table].table as Table)[field];
  return column?.getSQLType() === 'tsvector' ? undefined : column;
}

type Kind = 'text' | 'number' | 'instant' | 'id' | 'plain';

function kindOf(table: TableName, column: string): Kind {
  const type = comparedColumn(table, column)!.getSQLType();
  if (type.startsWith('text')) return 'text';
  if (type.startsWith('numeric') || type === 'integer' || type === 'smallint' || type === 'bigint') return 'number';
  if (type.startsWith('timestamp')) return 'instant';
  return type === 'uuid' ? 'id' : 'plain';
}

/** The value of a row and what it is compared with, in one form. */
const forms: Record<Kind, (value: unknown) => unknown> = {
  text: String,
  number: Number,
  instant: (value) => (value instanceof Date ? value.getTime() : Date.parse(String(value))),
  id: (value) => String(value).split(':').at(-1),
  plain: (value) => value,
};

/** Without case and accents, as far as the texts of the test have any. */
const plain = (text: unknown): string =>
  String(text).normalize('NFD').replace(/\p{M}/gu, '').replaceAll('ß', 'ss').replaceAll('’', "'").toLowerCase();

const comparisons: Record<string, (value: unknown, operand: unknown) => boolean> = {
  eq: (value, operand) => value === operand,
  contains: (value, part) => plain(value).includes(plain(part)),
  startsWith: (value, part) => plain(value).startsWith(plain(part)),
  endsWith: (value, part) => plain(value).endsWith(plain(part)),
};

const orders: Record<string, (difference: number) => boolean> = {
  gt: (difference) => difference > 0,
  gte: (difference) => difference >= 0,
  lt: (difference) => difference < 0,
  lte: (difference) => difference <= 0,
};

function compare(
  facts: Facts,
  table: TableName,
  column: string,
  value: unknown,
  operator: string,
  operand: unknown,
): boolean {
  if (operator === 'isNull') return (value === null) === operand;
  const positive = { ne: 'eq', notIn: 'in' }[operator];
  if (positive) return !compare(facts, table, column, value, positive, operand);
  if (value === null) return false;
  if (operator === 'in') return (operand as unknown[]).some((one) => compare(facts, table, column, value, 'eq', one));
  const kind = kindOf(table, column);
  const [own, other] = [forms[kind](value), forms[kind](operand)];
  const order = orders[operator];
  if (order) return order(difference(own, other, (text) => facts.placeOf(table, column, text), kind));
  const known = comparisons[operator];
  if (!known) throw new Error(`The oracle does not know the operator ${operator}`);
  return known(own, other);
}

function difference(own: unknown, other: unknown, placeOf: (text: string) => number, kind: Kind): number {
  if (kind === 'text') return placeOf(String(own)) - placeOf(String(other));
  if (own === other) return 0;
  return (own as number) < (other as number) ? -1 : 1;
}
