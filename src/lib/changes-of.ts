import { isDeepStrictEqual } from 'node:util';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { shortestDecimal } from './decimal.ts';

export interface RowChanges {
  before: Record<string, unknown>;
  after: Record<string, unknown>;
}

/** What a patch changes of a row: keys that are absent (undefined) or already so, as their columns compare values, are left out. */
export function changesOf(
  current: object,
  patch: object,
  columns: Readonly<Record<string, PgColumn>> = {},
): RowChanges {
  const changes: RowChanges = { before: {}, after: {} };
  for (const [key, value] of Object.entries(patch)) {
    const old = (current as Record<string, unknown>)[key];
    if (value === undefined || isSame(columns[key], old, value)) continue;
    changes.before[key] = old;
    changes.after[key] = value;
  }
  return changes;
}

const isSame = (column: PgColumn | undefined, a: unknown, b: unknown): boolean =>
  isDeepStrictEqual(comparable(column, a), comparable(column, b));

/** One form for all texts that the column's type takes for the same value: "1" and "1.0", an id in either case. */
function comparable(column: PgColumn | undefined, value: unknown): unknown {
  const type = column?.getSQLType() ?? '';
  if (typeof value !== 'string') return value;
  if (type === 'uuid') return value.toLowerCase();
  return type.startsWith('numeric') ? shortestDecimal(value) : value;
}
