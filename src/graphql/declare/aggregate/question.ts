import { and, type SQL, sql } from 'drizzle-orm';
import { badInput } from '../../../lib/errors.ts';
import type { Comparison } from '../comparators.ts';
import type { FilterInput } from '../filters.ts';
import { RequestPlaceholder } from '../request-placeholder.ts';
import type { Model } from '../resource/model.ts';
import type { KeyInput } from './aggregate-spec.ts';
import { type Key, keysOf } from './dimensions.ts';
import { count, type FunctionName, functions, type Measure, measureOf } from './measures.ts';
import { fingerprintOf, type Level, type Question } from './statement.ts';

const functionNames = Object.keys(functions) as FunctionName[];

type OrderInput = { key?: KeyInput | null; count?: boolean | null; direction: 'asc' | 'desc' } & {
  [F in FunctionName]?: string | null;
};

type Conditions = Comparison<unknown> | { [field: string]: Comparison<unknown> | null };

export interface AggregateArguments {
  where?: FilterInput | null;
  groupBy?: readonly KeyInput[] | null;
  /** The name of the argument with the keys, for errors. */
  keysArgument?: string;
  having?: { [measure: string]: Conditions | null } | null;
  orderBy?: readonly OrderInput[] | null;
  first?: number | null;
  after?: string | null;
}

export const groupSizes = { default: 1_000, max: 10_000 } as const;
const mostMeasures = 40;
/** The most groups that a cursor may skip. */
const mostSkipped = 1_000_000_000;

/** The question of a request; `selected` holds the measures that the document selects. */
export function questionOf(model: Model, args: AggregateArguments, selected: readonly Measure[]): Question {
  const keys = keysOf(model, args.groupBy ?? [], args.keysArgument ?? 'groupBy');
  const measures = new Map(selected.map((measure) => [measure.id, measure]));
  const add = (measure: Measure): string => {
    measures.set(measure.id, measure);
    return measure.id;
  };
  const order = (args.orderBy ?? []).map((level, place) => levelOf(model, level, keys, add, `orderBy.${place}`));
  const conditions = conditionsOf(model, args.having ?? {}).map(({ measure, comparison }) => ({
    id: add(measure),
    comparison,
  }));
  for (const measure of measures.values()) requireOneCurrency(measure, keys, args.keysArgument ?? 'groupBy');
  if (measures.size > mostMeasures) throw badInput(`at most ${mostMeasures} different measures`, 'orderBy');
  return {
    keys,
    measures: [...measures.values()],
    order,
    having: (measured) => and(...conditions.flatMap(({ id, comparison }) => comparisons(measured(id), comparison))),
  };
}

/** Throws BAD_INPUT for amounts in several currencies, whose sum would mean nothing. */
function requireOneCurrency({ of }: Measure, keys: readonly Key[], argument: string): void {
  const currency = of && of.name !== 'countDistinct' ? of.field.options.currency : undefined;
  if (!currency || keys.some(({ id }) => id === currency)) return;
  throw badInput(`must contain ${currency}: amounts in different currencies cannot be compared or added`, argument);
}

function levelOf(
  model: Model,
  { direction, key, count: byCount, ...functionsOf }: OrderInput,
  keys: readonly Key[],
  add: (measure: Measure) => string,
  at: string,
): Level {
  const ids = [
    ...(key ? keysOf(model, [key], `${at}.key`).map(({ id }) => id) : []),
    ...(byCount ? [add(count)] : []),
    ...functionNames.flatMap((name) => {
      const field = functionsOf[name];
      return field ? [add(measureOf(model, name, field))] : [];
    }),
  ];
  const [id, ...others] = ids;
  if (id === undefined || others.length) throw badInput('choose exactly one key or measure', at);
  if (key && !keys.some((each) => each.id === id)) throw badInput('the groups do not have this key', `${at}.key`);
  return { id, direction };
}

function conditionsOf(model: Model, having: NonNullable<AggregateArguments['having']>) {
  return Object.entries(having).flatMap(([name, given]) => {
    if (!given) return [];
    if (name === 'count') return [{ measure: count, comparison: given as Comparison<unknown> }];
    return Object.entries(given).flatMap(([field, comparison]) =>
      comparison ? [{ measure: measureOf(model, name as FunctionName, field), comparison }] : [],
    );
  });
}

const operators: Readonly<Record<string, SQL>> = {
  eq: sql.raw('='),
  gt: sql.raw('>'),
  gte: sql.raw('>='),
  lt: sql.raw('<'),
  lte: sql.raw('<='),
  ne: sql.raw('is distinct from'),
};

function comparisons(value: SQL, comparison: Comparison<unknown>): SQL[] {
  return Object.entries(comparison).flatMap(([operator, given]): SQL[] => {
    if (given === null || given === undefined) return [];
    if (operator === 'isNull') return [sql`${value} is ${given ? sql`null` : sql`not null`}`];
    if (operator === 'in') return [oneOf(value, given)];
    if (operator === 'notIn') return [sql`coalesce(not ${oneOf(value, given)}, true)`];
    return [sql`${value} ${operators[operator]!} ${given}::numeric`];
  });
}

function oneOf(value: SQL, given: unknown): SQL {
  if (given instanceof RequestPlaceholder) return sql`(${value} = any(${given}::numeric[]))`;
  const values = given as readonly unknown[];
  if (!values.length) return sql`false`;
  return sql`(${value} in (${sql.join(
    values.map((each) => sql`${each}::numeric`),
    sql`, `,
  )}))`;
}

/** The number of groups to return. Throws BAD_INPUT for an invalid one. */
export function limitOf(first: number | null | undefined, argument = 'first'): number {
  const limit = first ?? groupSizes.default;
  if (limit < 1 || limit > groupSizes.max) throw badInput(`must be between 1 and ${groupSizes.max}`, argument);
  return limit;
}

/** The number of groups before the cursor. Throws BAD_INPUT for a cursor of other groups or of another order. */
export function offsetOf(question: Question, after: string | null | undefined): number {
  if (!after) return 0;
  const [, place, fingerprint] = /^(\d{1,10})\.([\w-]+)$/.exec(after) ?? [];
  if (fingerprint !== fingerprintOf(question) || Number(place) > mostSkipped)
    throw badInput('is not a cursor of these groups in this order', 'after');
  return Number(place);
}
