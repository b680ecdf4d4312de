import { type GraphQLArgument, type GraphQLInputType, getNullableType, isInputObjectType, isListType } from 'graphql';
import { dayIn } from '../../lib/days.ts';
import { badInput } from '../../lib/errors.ts';
import { isPlainObject } from '../../lib/plain-object.ts';
import type { Context } from '../context.ts';
import type { PeriodOperator, RelativePeriods, Unit } from './aggregate/periods.ts';
import { me } from './global-id.ts';

/** The bound of `offset` and `count`: days stay within the years that PostgreSQL knows. */
export const mostPeriods = 1_000;

const operators: ReadonlySet<string> = new Set<PeriodOperator>(['within', 'before', 'after']);

/** Periods as a client writes them. */
interface PeriodInput {
  unit: Unit;
  offset: number;
  count: number;
}

/** Periods with the values of the request. The unit is a key, because each unit makes another statement. */
export type ResolvedPeriods = { readonly [U in Unit]?: RelativePeriods };

/** The request, as far as operands depend on it. */
interface RequestValues {
  tenant: Pick<Context['tenant'], 'timeZone'>;
  request: { viewer?: { profileId: string } | undefined };
}

type Field = { args: readonly Pick<GraphQLArgument, 'name' | 'type'>[] };
type Values = Record<string, unknown>;

/**
 * The arguments with the values of the request for operands that depend on it: `me`, and periods relative to today.
 * Plans are cached for the shape of arguments, so these values are parameters like any other.
 */
export function withRequestOperands<A extends object>(field: Field, args: A, ctx: RequestValues): A {
  if (!Object.values(args).some(mayDepend)) return args;
  const types = new Map(field.args.map(({ name, type }) => [name, type]));
  return mapped(args as Values, (name, value) => resolved(types.get(name), value, name, ctx)) as A;
}

const anyRequest: RequestValues = { tenant: { timeZone: 'UTC' }, request: {} };

/** Throws BAD_INPUT for periods that no request may ask for. */
export function checkRequestOperands(field: Field, args: object): void {
  withRequestOperands(field, args, anyRequest);
}

/** Whether a value holds the text `me`, or an object under the name of an operator with periods. */
function mayDepend(value: unknown): boolean {
  if (value === me) return true;
  if (Array.isArray(value)) return value.some(mayDepend);
  if (!isPlainObject(value)) return false;
  return Object.entries(value).some(
    ([key, item]) => (operators.has(key) && typeof item === 'object' && item !== null) || mayDepend(item),
  );
}

const mapped = (values: Values, of: (name: string, value: unknown) => unknown): Values =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, of(name, value)]));

function resolved(given: GraphQLInputType | undefined, value: unknown, path: string, ctx: RequestValues): unknown {
  if (value === null || value === undefined || !given) return value;
  const type = getNullableType(given);
  if (isListType(type))
    return Array.isArray(value)
      ? value.map((item, place) => resolved(type.ofType as GraphQLInputType, item, `${path}.${place}`, ctx))
      : value;
  if (!isInputObjectType(type) || !isPlainObject(value)) return value;
  if (type.name === 'RelativePeriod') return periods(value as unknown as PeriodInput, path, ctx);
  if (type.name === 'IDFilter') return mapped(value, (_operator, operand) => withOwnId(operand, ctx));
  const fields = type.getFields();
  return mapped(value, (name, item) => resolved(fields[name]?.type, item, `${path}.${name}`, ctx));
}

function withOwnId(operand: unknown, { request: { viewer } }: RequestValues): unknown {
  if (Array.isArray(operand)) return operand.map((item) => (item === me && viewer ? ownId(viewer) : item));
  return operand === me && viewer ? ownId(viewer) : operand;
}

const ownId = ({ profileId }: { profileId: string }): string => `Profile:${profileId}`;

function periods({ unit, offset, count }: PeriodInput, path: string, ctx: RequestValues): ResolvedPeriods {
  if (Math.abs(offset) > mostPeriods)
    throw badInput(`must be between -${mostPeriods} and ${mostPeriods}`, `${path}.offset`);
  if (count < 1 || count > mostPeriods) throw badInput(`must be between 1 and ${mostPeriods}`, `${path}.count`);
  const zone = ctx.tenant.timeZone;
  return { [unit]: { today: todayOf(ctx, zone), zone, first: offset, last: offset + count } };
}

const days = new WeakMap<RequestValues, string>();

/** One day for all fields of a request, also at midnight. */
function todayOf(ctx: RequestValues, zone: string): string {
  const today = days.get(ctx) ?? dayIn(zone);
  days.set(ctx, today);
  return today;
}
