import type { EnumRef, InputRef } from '@pothos/core';
import { type Column, type SQL, sql, type Table } from 'drizzle-orm';
import type { TableName, WhereOf } from '../../access/row-rules.ts';
import { AppError } from '../../lib/errors.ts';
import { type Relations, relations } from '../../relations.ts';
import { inPeriods, type PeriodOperator, type Unit } from './aggregate/periods.ts';
import { builder, type SchemaTypes } from './builder.ts';
import { type ComparatorName, type Comparison, comparators, enumComparator } from './comparators.ts';
import { comparedIdRefusal, comparesIds, uuidOfType } from './global-id.ts';
import { conditionType, filterBounds } from './input-bounds.ts';
import { negation } from './negation.ts';
import type { ResolvedPeriods } from './relative-operands.ts';
import { prepared, RequestPlaceholder } from './request-placeholder.ts';

type ColumnOf<T extends TableName> = keyof Relations[T]['table']['_']['columns'] & string;
type RelationOf<T extends TableName> = keyof Relations[T]['relations'] & string;

type Comparable =
  | { as: Exclude<ComparatorName, 'ID'> }
  | { id: string | (() => string) }
  // biome-ignore lint/suspicious/noExplicitAny: the values of an enum do not matter here
  | { enum: EnumRef<SchemaTypes, any>; name: string };

type FieldSpec<T extends TableName> = Comparable & { column: ColumnOf<T>; description: string };
interface AnyFilter {
  ref: InputRef<FilterInput>;
  where(input: FilterInput | null | undefined): object | undefined;
}
type RelationSpec = { filter: () => AnyFilter; description: string; module?: string };
export type CustomFilter = { type: 'String' | 'Boolean' | 'ID'; description: string; where: (value: never) => object };

interface FilterSpec<T extends TableName> {
  description: string;
  /** The optional module of the table. */
  module?: string;
  /** Filter fields on columns, by name. */
  fields: Record<string, FieldSpec<T>>;
  /** Relations to filter across: at least one related row must match. */
  relations?: { [R in RelationOf<T>]?: RelationSpec };
  /** Conditions that are not comparisons, such as a full-text search. */
  custom?: Record<string, CustomFilter>;
}

export type FilterInput = { [field: string]: unknown };
type Condition = Record<string, unknown>;

/** A filter input type, and its translation into a condition on rows. */
export interface Filter<T extends TableName = TableName> {
  ref: InputRef<FilterInput>;
  where(input: FilterInput | null | undefined): WhereOf<T> | undefined;
}

/** A condition in SQL; `condition` receives the table under its alias. */
export const rawCondition = (condition: (table: Table) => SQL): { RAW: (table: Table) => SQL } => ({ RAW: condition });

const likePattern = (text: unknown): string => String(text).replace(/[\\%_]/g, '\\$&');

/** The LIKE pattern of each text operator. */
const patterns: Readonly<Record<string, (part: string) => string>> = {
  contains: (part) => `%${part}%`,
  startsWith: (part) => `${part}%`,
  endsWith: (part) => `%${part}`,
};

function decodeId(value: unknown, of: string | (() => string)): string {
  const type = typeof of === 'string' ? of : of();
  const id = uuidOfType(String(value), type);
  if (id === undefined) throw new AppError('BAD_INPUT', comparedIdRefusal(type));
  return id;
}

/** In a compiled statement, a list of any length is one parameter. */
function anyOf(column: string, operator: 'in' | 'notIn', list: RequestPlaceholder): Condition {
  const of = (table: Table) => table[column as keyof Table];
  if (operator === 'in') return rawCondition((table) => sql`${of(table)} = any(${list})`);
  return rawCondition((table) => sql`(${of(table)} <> all(${list}) or ${of(table)} is null)`);
}

/** Ignores case and accents. The subquery makes PostgreSQL compute the pattern once rather than for each row. */
const isLike = (column: string, pattern: unknown): Condition =>
  rawCondition(
    (table) =>
      sql`extensions.unaccent(${table[column as keyof Table]}) ilike (select extensions.unaccent(${pattern}::text))`,
  );

const isPeriodOperator = (operator: string): operator is PeriodOperator =>
  operator === 'within' || operator === 'before' || operator === 'after';

const periodConditions = (column: string, operator: PeriodOperator, given: ResolvedPeriods): Condition[] =>
  Object.entries(given).map(([unit, periods]) =>
    rawCondition((table) => {
      const compared = table[column as keyof Table] as unknown as Column;
      const isDay = compared.getSQLType() === 'date';
      return inPeriods({ value: sql`${compared}`, isDay }, operator, unit as Unit, periods);
    }),
  );

function comparisons(
  column: string,
  comparison: Comparison<unknown>,
  decode: (value: unknown) => unknown,
): Condition[] {
  return Object.entries(comparison).flatMap(([operator, value]): Condition[] => {
    if (value === null || value === undefined) return [];
    if (operator === 'isNull') return [{ [column]: value ? { isNull: true } : { isNotNull: true } }];
    if (isPeriodOperator(operator)) return periodConditions(column, operator, value as ResolvedPeriods);
    const pattern = patterns[operator];
    if (pattern)
      return [
        isLike(
          column,
          prepared(value, (text) => pattern(likePattern(text))),
        ),
      ];
    const decoded = prepared(value, (given) => (Array.isArray(given) ? given.map(decode) : decode(given)));
    if (decoded instanceof RequestPlaceholder && (operator === 'in' || operator === 'notIn'))
      return [anyOf(column, operator, decoded)];
    if (operator === 'ne' || operator === 'notIn') {
      return [{ OR: [{ [column]: { [operator]: decoded } }, { [column]: { isNull: true } }] }];
    }
    return [{ [column]: { [operator]: decoded } }];
  });
}

const matchesNothing: Condition = rawCondition(() => sql`false`);

/** drizzle ignores empty lists, but an empty `or` must match nothing, and an `or` with an empty part everything. */
const anyOfThese = (parts: Condition[][]): Condition[] => {
  if (parts.some((conditions) => conditions.length === 0)) return [];
  return parts.length ? [{ OR: parts.map((conditions) => ({ AND: conditions })) }] : [matchesNothing];
};

const noneOfThese = (table: TableName, conditions: Condition[]): Condition[] =>
  conditions.length ? [negation(relations[table].table as Table, { AND: conditions })] : [matchesNothing];

function conditionsOf(table: TableName, spec: FilterSpec<TableName>, input: FilterInput): Condition[] {
  return Object.entries(input).flatMap(([key, value]): Condition[] => {
    if (value === null || value === undefined) return [];
    if (key === 'and') return (value as FilterInput[]).flatMap((part) => conditionsOf(table, spec, part));
    if (key === 'or') return anyOfThese((value as FilterInput[]).map((part) => conditionsOf(table, spec, part)));
    if (key === 'not') return noneOfThese(table, conditionsOf(table, spec, value as FilterInput));
    if (key === 'some' || key === 'none' || key === 'every')
      return aboutRelated(table, spec, key, value as FilterInput);
    const custom = spec.custom?.[key];
    if (custom) return [custom.where(value as never) as Condition];
    const relation = (spec.relations as Record<string, RelationSpec>)[key];
    if (relation) return [{ [key]: relation.filter().where(value as FilterInput) ?? true }];
    const field = spec.fields[key];
    if (!field) return [];
    const decode = 'id' in field ? (id: unknown) => decodeId(id, field.id) : (plain: unknown) => plain;
    return comparisons(field.column, value as Comparison<unknown>, decode);
  });
}

type Quantifier = 'some' | 'none' | 'every';

/** The conditions on the related rows that the viewer sees: that some of them match, none of them, or every one. */
function aboutRelated(
  table: TableName,
  spec: FilterSpec<TableName>,
  quantifier: Quantifier,
  input: FilterInput,
): Condition[] {
  return Object.entries(input).flatMap(([key, value]): Condition[] => {
    const relation = (spec.relations as Record<string, RelationSpec>)[key];
    if (!relation || value === null || value === undefined) return [];
    const matching = relation.filter().where(value as FilterInput) as Condition | undefined;
    if (quantifier === 'some') return [{ [key]: matching ?? true }];
    if (quantifier === 'none') return [{ NOT: { [key]: matching ?? true } }];
    const { targetTableName } = relationNamed(table, key)!;
    return matching ? [{ NOT: { [key]: negation(relations[targetTableName].table as Table, matching) } }] : [];
  });
}

interface AnyRelation {
  relationType: 'one' | 'many';
  targetTableName: TableName;
}

const relationNamed = (table: TableName, key: string): AnyRelation | undefined =>
  (relations[table].relations as unknown as Record<string, AnyRelation | undefined>)[key];

const quantifiers: Readonly<Record<Quantifier, string>> = {
  some: 'For each relation here, at least one related object that you may see must match.',
  none: 'For each relation here, no related object that you may see may match.',
  every: 'For each relation here, all related objects that you may see must match; also true if there are none.',
};

const filters = new Map<TableName, Filter>();
const relationsOf = new Map<TableName, Record<string, RelationSpec>>();

const filtersAcross = (table: TableName): Record<string, RelationSpec> => {
  const across = relationsOf.get(table) ?? {};
  relationsOf.set(table, across);
  return across;
};

/**
 * The filter of a table, for filters that would have to import each other. Call it only after all modules are loaded.
 */
export function filterOf(table: TableName): Filter {
  const filter = filters.get(table);
  if (!filter) throw new Error(`No filter is declared for ${table}`);
  return filter;
}

/**
 * Adds a field to the filter of a table: a condition on the rows that refer to it. A module calls this for tables of
 * lower modules. If the rows belong to an optional module, whose tables may not exist, only filters of that module have
 * the field.
 */
export function filterAlsoBy(table: TableName, relation: string, spec: RelationSpec): void {
  filtersAcross(table)[relation] = spec;
}

const comparatorOf = (field: Comparable) => {
  if ('enum' in field) return enumComparator(field.enum, field.name);
  return 'id' in field ? comparators.ID : comparators[field.as];
};

/** The input with the filters of the rows that many of may belong to one row of the table. */
function relatedFilter(table: TableName, name: string, many: [string, RelationSpec][]): InputRef<FilterInput> {
  return builder.inputRef<FilterInput>(`${name}Related`).implement({
    description: 'Filters of related objects, for `some`, `none` and `every`.',
    extensions: { ...conditionType, chantierRelatedOf: table },
    fields: (t) =>
      Object.fromEntries(
        many.map(([key, { filter }]) => [
          key,
          t.field({ type: filter().ref as never, description: `Among its \`${key}\`.` }),
        ]),
      ) as never,
  });
}

/**
 * Declares the filter input of a table: comparators on columns, filters across relations, `some`, `none` and `every` of
 * many related rows, `and`, `or`, `not`. The
 * guarded client adds the viewer's row rules, including those of the tables of relations.
 */
export function defineFilter<T extends TableName>(name: string, table: T, given: FilterSpec<T>): Filter<T> {
  const across = Object.assign(filtersAcross(table), given.relations);
  const acrossHere = () => Object.entries(across).filter(([, { module }]) => !module || module === given.module);
  const spec = { ...given, relations: across } as unknown as FilterSpec<TableName>;
  const ref = builder.inputRef<FilterInput>(name);
  ref.implement({
    description: spec.description,
    extensions: { ...conditionType, chantierFilterOf: table },
    fields: (t) => {
      const fields: Record<string, unknown> = {
        and: t.field({ type: [ref], maxItems: filterBounds.parts, description: 'All of these must match.' }),
        or: t.field({ type: [ref], maxItems: filterBounds.parts, description: 'At least one of these must match.' }),
        not: t.field({ type: ref, description: 'This must not match.' }),
      };
      for (const [key, field] of Object.entries(spec.fields)) {
        const extensions = 'id' in field ? comparesIds(field.id) : {};
        fields[key] = t.field({ type: comparatorOf(field) as never, description: field.description, extensions });
      }
      for (const [key, { filter, description }] of acrossHere())
        fields[key] = t.field({ type: filter().ref as never, description });
      for (const [key, { type, description }] of Object.entries(spec.custom ?? {}))
        fields[key] = t.field({ type, description });
      const many = acrossHere().filter(([key]) => relationNamed(table, key)?.relationType === 'many');
      if (many.length === 0) return fields as never;
      const related = relatedFilter(table, name, many);
      for (const [quantifier, description] of Object.entries(quantifiers))
        fields[quantifier] = t.field({ type: related, description });
      return fields as never;
    },
  });
  const where = (input: FilterInput | null | undefined) => {
    const conditions = input ? conditionsOf(table, spec, input) : [];
    return conditions.length ? ({ AND: conditions } as WhereOf<T>) : undefined;
  };
  filters.set(table, { ref, where } as Filter);
  return { ref, where };
}
