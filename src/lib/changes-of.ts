import { isDeepStrictEqual } from 'node:util';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { shortestDecimal } from './decimal.ts';

export interface RowChanges {
  before: Record<string, unknown>;
  after: Record<string, unknown>;
}

/**
 * The changes of a patch: omits absent (undefined) keys, and values that the column's type considers equal to the
 * current ones.
 */
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

/** A canonical form of values that are equal for the column's type: "1" and "1.0", an id in either case. */
function comparable(column: PgColumn | undefined, value: unknown): unknown {
  const type = column?.getSQLType() ?? '';
  if (typeof value !== 'string') return value;
  if (type === 'uuid') return value.toLowerCase();
  return type.startsWith('numeric') ? shortestDecimal(value) : value;
}
