import { Column, is, SQL } from 'drizzle-orm';
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core';
import type { UniqueFields } from '../../../access/unique-fields.ts';
import { keyOfColumn } from './fields.ts';
import type { Model } from './model.ts';

interface Index {
  config: { name?: string | undefined; unique?: boolean; columns: readonly unknown[] };
}

/** The columns of each unique index, by the index's name. For an expression, the columns that it contains. */
function uniqueColumns({ rows }: Model): [name: string, columns: string[]][] {
  const { columns: known, indexes } = getTableConfig(rows as PgTable);
  const byName = new Map(known.map((column) => [column.name, column]));
  return (indexes as unknown as Index[]).flatMap(({ config }): [string, string[]][] => {
    const parts = config.columns.flatMap((part) => (is(part, SQL) ? part.queryChunks.filter(isColumn) : [part]));
    const columns = (parts as { name?: string }[]).map(({ name }) => byName.get(name ?? ''));
    if (!config.unique || !config.name || !columns.length || columns.includes(undefined)) return [];
    return [[config.name, columns.map((column) => keyOfColumn(rows, column))]];
  });
}

const isColumn = (chunk: unknown): boolean => is(chunk, Column);

/** For each unique index, the argument that ALREADY_EXISTS names: its last column. */
export function uniqueFieldsOf(model: Model): UniqueFields {
  return Object.fromEntries(
    uniqueColumns(model).map(([index, columns]) => {
      const column = columns.at(-1)!;
      const field = model.fields.find((each) => each.column === column);
      return [index, `input.${field && !field.reference ? field.key : column}`];
    }),
  );
}

/** Whether no two rows can have the same value in the column. */
export const isUnique = (model: Model, column: string): boolean =>
  uniqueColumns(model).some(([, columns]) => columns.length === 1 && columns[0] === column);
