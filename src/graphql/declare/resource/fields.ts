import { EnumRef } from '@pothos/core';
import { getColumns, type Relation, type Table } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { TableName } from '../../../access/row-rules.ts';
import type { IdTable } from '../../../access/rows.ts';
import { relations } from '../../../relations.ts';
import { builder, type SchemaTypes } from '../builder.ts';
import type { AnySpec, FieldOptions } from './any-spec.ts';
import { type ColumnKind, kindOf } from './columns.ts';
import { firstClause, toPascalCase, toReferenceWords, toWords, withArticle } from './naming.ts';
import { typenameOf } from './row-id.ts';

/** A reference from a column to a row. */
export interface ColumnReference {
  relation: string;
  column: string;
  target: TableName;
  rows: IdTable;
  /** The GraphQL type of the target. Call it only after all modules are loaded. */
  typename(): string;
}

/** One field of a resource: its declaration, and the properties of its column. */
export interface Field {
  /** The name in the graph. */
  key: string;
  /** The name of the column in the table. */
  column: string;
  pg: PgColumn;
  kind: ColumnKind;
  options: FieldOptions;
  reference?: ColumnReference;
  values?: { name: string; ref: EnumRef<SchemaTypes, unknown>; all: readonly string[] };
  /** Set for fields that every resource has with the same description. */
  standard?: true;
}

/**
 * The name of a field in the descriptions of filters and orders: for a day, an instant or a boolean the description,
 * for others the name.
 */
export const subjectOf = ({ key, kind, options, reference }: Field): string =>
  ['LocalDate', 'DateTime', 'Boolean'].includes(kind.scalar)
    ? firstClause(options.description)
    : toPascalCase(reference ? toReferenceWords(key) : toWords(key));

export const relationsOf = (table: TableName): Record<string, Relation> =>
  relations[table].relations as Record<string, Relation>;

export function keyOfColumn(table: Table, column: unknown): string {
  const found = Object.entries(getColumns(table)).find(([, known]) => known === column);
  if (!found) throw new Error('The column does not belong to this table');
  return found[0];
}

/** Throws when a declaration names a column or relation that its table does not have. */
export function fieldsOf(table: TableName, spec: AnySpec, noun: string): Field[] {
  const rows = relations[table].table as Table;
  const columns = getColumns(rows) as Record<string, PgColumn>;
  const declared = Object.entries(spec.fields)
    .filter(([key]) => !(key in standardDescriptions(noun)))
    .map(([key, given]): Field => {
      const options = typeof given === 'string' ? { description: given } : given;
      if (!options.description) throw new Error(`${spec.name}.${key} has no description`);
      const relation = relationsOf(table)[key];
      if (relation) return referenceField(table, key, relation, options);
      const pg = columns[key];
      if (!pg) throw new Error(`${spec.name}: ${table} has no column and no relation ${key}${hintFor(key, columns)}`);
      const field = { key: options.as ?? key, column: key, pg, kind: kindOf(pg, options), options };
      return options.values ? { ...field, values: valuesOf(spec.name, noun, key, pg, options) } : field;
    });
  return [...declared, ...standardFields(columns, spec, noun)];
}

const hintFor = (key: string, columns: Record<string, unknown>): string =>
  `${key}Id` in columns ? `. To show the row that ${key}Id refers to, add the relation ${key} to relations.ts` : '';

function referenceField(table: TableName, key: string, relation: Relation, options: FieldOptions): Field {
  const rows = relations[table].table as Table;
  const [source, ...others] = relation.sourceColumns;
  if (!source || others.length) throw new Error(`${table}.${key} must refer by exactly one column`);
  const column = keyOfColumn(rows, source);
  const pg = source as PgColumn;
  const target = relation.targetTableName as TableName;
  const reference: ColumnReference = {
    relation: key,
    column,
    target,
    rows: relations[target].table as IdTable,
    typename: () => typenameOf(target),
  };
  return { key, column, pg, kind: kindOf(pg, {}), options, reference };
}

/** The enum type of a column: the declared one, or a new one. */
function valuesOf(name: string, noun: string, column: string, pg: PgColumn, { values }: FieldOptions) {
  const all = pg.enumValues ?? [];
  if (values instanceof EnumRef) return { name: values.name, ref: values, all };
  const typename = name + toPascalCase(column);
  const ref = builder.enumType(typename, {
    description: `The ${toWords(column)} of ${withArticle(noun)}.`,
    values: Object.fromEntries(
      Object.entries(values ?? {}).map(([value, described]) => [value, { description: described }]),
    ),
  });
  return { name: typename, ref: ref as EnumRef<SchemaTypes, unknown>, all };
}

const standardDescriptions = (noun: string): Readonly<Record<string, string>> => ({
  externalReference: `The key of this ${noun} in the system it was imported from.`,
  version: 'Number of changes; pass it as `expectedVersion`.',
  createdAt: 'When it was created.',
  updatedAt: 'When it last changed.',
});

/** The fields of every resource whose table has the column. A declaration may describe them in its own words. */
function standardFields(columns: Record<string, PgColumn>, { fields }: AnySpec, noun: string): Field[] {
  return Object.entries(standardDescriptions(noun)).flatMap(([key, standard]): Field[] => {
    const pg = columns[key];
    if (!pg) return [];
    const own = fields[key];
    const description = (typeof own === 'string' ? own : own?.description) ?? standard;
    const options = { description, ...(key === 'externalReference' && { max: 200, min: 1 }) };
    return [{ key, column: key, pg, kind: kindOf(pg, options), options, standard: true }];
  });
}
