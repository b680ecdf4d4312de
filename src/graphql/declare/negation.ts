import { getColumns, is, Placeholder, type SQL, sql, type Table } from 'drizzle-orm';
import { isPlainObject } from '../../lib/plain-object.ts';

type Condition = Record<string, unknown>;
type RawCondition = SQL | ((table: Table) => SQL);

/**
 * Selects the rows that a condition does not match. In SQL a comparison with null is unknown, and so is its negation,
 * so such a row would match neither. Therefore every comparison inside is first made false for null.
 */
export const negation = (table: Table, condition: Condition): Condition => ({ NOT: withoutUnknown(table, condition) });

/**
 * The same condition, but false where it would be unknown. Conditions on relations are inside `exists`, which is never
 * unknown.
 */
function withoutUnknown(table: Table, condition: Condition): Condition {
  const columns = getColumns(table);
  return Object.fromEntries(
    Object.entries(condition).map(([key, value]) => {
      if (key === 'AND' || key === 'OR')
        return [key, (value as Condition[]).map((part) => withoutUnknown(table, part))];
      if (key === 'NOT') return [key, withoutUnknown(table, value as Condition)];
      if (key === 'RAW') return [key, sqlWithoutUnknown(value as RawCondition)];
      const column = columns[key];
      return [key, column && !column.notNull ? comparisonWithoutUnknown(value) : value];
    }),
  );
}

const sqlWithoutUnknown = (condition: RawCondition) => (table: Table) =>
  sql`coalesce(${typeof condition === 'function' ? condition(table) : condition}, false)`;

const nullTests = ['isNull', 'isNotNull'];

function comparisonWithoutUnknown(comparison: unknown): unknown {
  if (!isPlainObject(comparison) || is(comparison, Placeholder)) return { eq: comparison, isNotNull: true };
  return nullTests.some((test) => test in comparison) ? comparison : { ...comparison, isNotNull: true };
}
