import type { EnumRef } from '@pothos/core';
import { builder, type SchemaTypes } from './builder.ts';
import { conditionType, filterBounds } from './input-bounds.ts';
import { mostPeriods } from './relative-operands.ts';
import { TimeUnit } from './time-unit.ts';

/** The comparisons of a filter on a column, as the client writes them. All must hold. */
export interface Comparison<T> {
  eq?: T | null;
  ne?: T | null;
  in?: T[] | null;
  notIn?: T[] | null;
  gt?: T | null;
  gte?: T | null;
  lt?: T | null;
  lte?: T | null;
  contains?: string | null;
  startsWith?: string | null;
  endsWith?: string | null;
  isNull?: boolean | null;
}

/** Periods of time relative to today. `relative-operands.ts` finds it by its name. */
const RelativePeriod = builder.inputType('RelativePeriod', {
  description:
    'Periods relative to today in the time zone of the organization: `{ unit: WEEK }` is this week, `{ unit: WEEK, offset: -1 }` last week, ' +
    '`{ unit: DAY, offset: -29, count: 30 }` the last 30 days with today.',
  extensions: conditionType,
  fields: (t) => ({
    unit: t.field({ type: TimeUnit, required: true, description: 'The length of one period.' }),
    offset: t.int({
      required: true,
      defaultValue: 0,
      description: `The first period: 0 contains today, -1 is the one before; -${mostPeriods} to ${mostPeriods}.`,
    }),
    count: t.int({
      required: true,
      defaultValue: 1,
      description: `The number of successive periods, 1 to ${mostPeriods}.`,
    }),
  }),
});

const periodOperators = {
  within: 'Within these periods.',
  before: 'Before the first day of these periods.',
  after: 'After the last day of these periods.',
};

type ScalarName = 'String' | 'ID' | 'Int' | 'Decimal' | 'LocalDate' | 'DateTime' | 'Boolean';

const descriptions = {
  eq: 'Equal to this.',
  ne: 'Not equal to this; an absent value differs from every value.',
  in: 'One of these.',
  notIn: 'None of these.',
  gt: 'Greater than this.',
  gte: 'Greater than or equal to this.',
  lt: 'Less than this.',
  lte: 'Less than or equal to this.',
  contains: 'Contains this text, ignoring case and accents.',
  startsWith: 'Starts with this text, ignoring case and accents.',
  endsWith: 'Ends with this text, ignoring case and accents.',
  isNull: 'True: absent. False: present.',
};

type Operator = keyof typeof descriptions;
const equality: Operator[] = ['eq', 'ne', 'in', 'notIn', 'isNull'];
const order: Operator[] = ['gt', 'gte', 'lt', 'lte'];
const patterns: Operator[] = ['contains', 'startsWith', 'endsWith'];

function comparator(
  name: string,
  type: ScalarName | EnumRef<SchemaTypes, unknown>,
  operators: readonly Operator[],
  noun: string,
) {
  return builder.inputRef<Comparison<unknown>>(name).implement({
    description: `Compares ${noun}. All comparisons given must hold.`,
    extensions: conditionType,
    fields: (t) =>
      Object.fromEntries([
        ...Object.entries(type === 'LocalDate' || type === 'DateTime' ? periodOperators : {}).map(
          ([operator, description]) => [operator, t.field({ type: RelativePeriod, description })],
        ),
        ...operators.map((operator) => {
          const description = descriptions[operator];
          if (operator === 'isNull') return [operator, t.boolean({ description })];
          if (patterns.includes(operator))
            return [operator, t.string({ description, maxLength: filterBounds.pattern })];
          const list = operator === 'in' || operator === 'notIn';
          const bounds = { maxItems: filterBounds.values, ...(type === 'String' && { maxLength: filterBounds.text }) };
          return [operator, t.field({ type: (list ? [type] : type) as never, description, ...bounds })];
        }),
      ]) as never,
  });
}

export const comparators = {
  String: comparator('StringFilter', 'String', [...equality, ...order, ...patterns], 'a text'),
  ID: comparator('IDFilter', 'ID', equality, 'an id; `me` is the id of your own profile'),
  Int: comparator('IntFilter', 'Int', [...equality, ...order], 'a whole number'),
  Decimal: comparator('DecimalFilter', 'Decimal', [...equality, ...order], 'an exact number'),
  LocalDate: comparator('LocalDateFilter', 'LocalDate', [...equality, ...order], 'a day'),
  DateTime: comparator('DateTimeFilter', 'DateTime', [...equality, ...order], 'a point in time'),
  Boolean: comparator('BooleanFilter', 'Boolean', ['eq', 'isNull'], 'a Boolean'),
};

export type ComparatorName = keyof typeof comparators;
const ofEnum = new Map<string, ReturnType<typeof comparator>>();

/** The comparator of an enum, made once: `TaskStatusFilter` for `TaskStatus`. */
export function enumComparator(ref: EnumRef<SchemaTypes, unknown>, name: string): ReturnType<typeof comparator> {
  const known = ofEnum.get(name) ?? comparator(`${name}Filter`, ref, equality, `a ${name}`);
  ofEnum.set(name, known);
  return known;
}
