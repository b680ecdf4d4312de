import { type SQL, sql } from 'drizzle-orm';
import { AppError } from '../../../lib/errors.ts';
import type { Field } from '../resource/fields.ts';
import { subjectOf } from '../resource/fields.ts';
import type { Model } from '../resource/model.ts';
import { numbersOf, plainFieldsOf, referencesOf, timesOf } from './dimensions.ts';

/** The functions over a field of the rows, each with the kind of field that it takes. */
export const functions = {
  countDistinct: 'dimension',
  sum: 'number',
  avg: 'number',
  min: 'number',
  max: 'number',
  minDay: 'day',
  maxDay: 'day',
  minInstant: 'instant',
  maxInstant: 'instant',
} as const;

export type FunctionName = keyof typeof functions;
export type Kind = (typeof functions)[FunctionName];

/** A value of a group. */
export interface Measure {
  /** Such as `sum:hours`, or `count`. */
  id: string;
  of: { name: FunctionName; field: Field } | undefined;
}

export const count: Measure = { id: 'count', of: undefined };

/** The fields of each kind. */
export const fieldsOfKind = (model: Model): Record<Kind, Field[]> => ({
  dimension: [...referencesOf(model), ...plainFieldsOf(model), ...timesOf(model)],
  number: numbersOf(model),
  day: timesOf(model).filter(({ kind }) => kind.scalar === 'LocalDate'),
  instant: timesOf(model).filter(({ kind }) => kind.scalar === 'DateTime'),
});

export function measureOf(model: Model, name: FunctionName, key: string): Measure {
  const field = model.fields.find((each) => each.key === key);
  if (!field) throw new Error(`${model.table} has no field ${key}`);
  return { id: `${name}:${key}`, of: { name, field } };
}

/** The value of a measure in a statement; `value` is the column that it is applied to. */
export function measureSql({ of }: Measure, value: SQL): SQL {
  switch (of?.name) {
    case undefined:
      return sql`count(*)::int`;
    case 'countDistinct':
      return sql`count(distinct ${value})::int`;
    case 'sum':
      return sql`coalesce(sum(${value}), 0)::numeric`;
    case 'avg':
      return sql`avg(${value})::numeric`;
    case 'min':
    case 'minDay':
    case 'minInstant':
      return sql`min(${value})`;
    default:
      return sql`max(${value})`;
  }
}

export const forbiddenField = ({ key, options: { needs } }: Field): AppError =>
  new AppError('FORBIDDEN', `You need the permission ${needs} to aggregate by ${key}`);

export const describeField = (field: Field): string => `${subjectOf(field)}.`;
