import type { PgColumn } from 'drizzle-orm/pg-core';

const isJson = (column: PgColumn): boolean => /^jsonb?$/.test(column.getSQLType());

/** The value of a column as it is sent to the database. */
export function toDriver(column: PgColumn, value: unknown): unknown {
  if (value === null) return null;
  return isJson(column) ? JSON.stringify(value) : column.mapToDriverValue(value);
}

/** Converts the driver's value of a column to its JavaScript value; undefined if no conversion is needed. */
export function readerOfColumn(column: PgColumn): ((value: unknown) => unknown) | undefined {
  if (column.dataType === 'object date') return (value) => new Date(value as string);
  if (column.dataType === 'number int53') return Number;
  if (column.dataType === 'bigint int64') return (value) => BigInt(value as string);
  return undefined;
}
