import { getColumns, is, Placeholder, type SQL, sql, type Table } from 'drizzle-orm';
import { isPlainObject } from '../../lib/plain-object.ts';

type Condition = Record<string, unknown>;
type RawCondition = SQL | ((table: Table) => SQL);

/**
 * The rows that a condition does not match. A comparison with null is unknown in SQL, and so is its negation: such a
 * row would match neither. So every comparison inside is first made false for null.
 */
export const negation = (table: Table, condition: Condition): Condition => ({ NOT: decided(table, condition) });

/**
 * The same condition, false instead of unknown. Conditions on relations are inside `exists`, which is never unknown.
 */
function decided(table: Table, condition: Condition): Condition {
  const columns = getColumns(table);
  return Object.fromEntries(
    Object.entries(condition).map(([key, value]) => {
      if (key === 'AND' || key === 'OR') return [key, (value as Condition[]).map((part) => decided(table, part))];
      if (key === 'NOT') return [key, decided(table, value as Condition)];
      if (key === 'RAW') return [key, decidedSql(value as RawCondition)];
      const column = columns[key];
      return [key, column && !column.notNull ? decidedComparison(value) : value];
    }),
  );
}

const decidedSql = (condition: RawCondition) => (table: Table) =>
  sql`coalesce(${typeof condition === 'function' ? condition(table) : condition}, false)`;

const nullTests = ['isNull', 'isNotNull'];

function decidedComparison(comparison: unknown): unknown {
  if (!isPlainObject(comparison) || is(comparison, Placeholder)) return { eq: comparison, isNotNull: true };
  return nullTests.some((test) => test in comparison) ? comparison : { ...comparison, isNotNull: true };
}
