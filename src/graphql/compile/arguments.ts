import { type ArgumentNode, getArgumentValues, Kind, type ValueNode, type VariableValues } from 'graphql';
import { isPlainObject } from '../../lib/plain-object.ts';
import type { Context } from '../context.ts';
import { withRequestOperands } from '../declare/relative-operands.ts';
import { RequestPlaceholder } from '../declare/request-placeholder.ts';
import type { Selected } from './selection.ts';
import type { Args, SiteValues, Supplied } from './supplied.ts';

/** A field whose arguments determine the plan: their shape when it is compiled, their values when it runs. */
export interface Site {
  index: number;
  selected: Selected;
  /** The arguments that contain a variable. */
  variable: ReadonlySet<string>;
  /** The arguments, if none contains a variable. */
  constant: Args | undefined;
  /** Whether its `after` and `before` are cursors. */
  paged: boolean;
}

export function siteOf(selected: Selected, index: number): Site {
  const given = selected.nodes[0]!.arguments ?? [];
  const variable = new Set(given.flatMap(({ name, value }: ArgumentNode) => (hasVariable(value) ? [name.value] : [])));
  const constant = variable.size ? undefined : getArgumentValues(selected.field, selected.nodes[0]!);
  return { index, selected, variable, constant, paged: takesCursors(selected.field) };
}

function hasVariable(value: ValueNode): boolean {
  if (value.kind === Kind.VARIABLE) return true;
  if (value.kind === Kind.LIST) return value.values.some(hasVariable);
  return value.kind === Kind.OBJECT && value.fields.some((field) => hasVariable(field.value));
}

/**
 * The arguments of a request; with its context, also the operands that depend on the caller or the day. Throws
 * graphql's error for values that do not fit their type.
 */
export function valuesAt(
  { selected, constant, paged }: Site,
  variables: VariableValues,
  context?: Context,
): SiteValues {
  const given = constant ?? getArgumentValues(selected.field, selected.nodes[0]!, variables);
  const args = context ? withRequestOperands(selected.field, given, context) : given;
  const leaves: unknown[] = [];
  let shape = '';
  for (const name of Object.keys(args)) shape += `${name}=${shapeOfArgument(name, args[name], paged, leaves)};`;
  return { args, shape, leaves };
}

/** Arguments that select what to compute, not which values: each choice is a different statement. */
const shapes: ReadonlySet<string> = new Set(['orderBy', 'groupBy', 'by', 'of']);
const isShape = (name: string): boolean => shapes.has(name);

const isCursor = (name: string): boolean => name === 'after' || name === 'before';

/** As in `../declare/cursor-plugin.ts`: fields with both cursor arguments have cursors bound to their ordering. */
const takesCursors = ({ args }: Selected['field']): boolean => args.filter(({ name }) => isCursor(name)).length === 2;

function shapeOfArgument(name: string, value: unknown, paged: boolean, leaves: unknown[]): string {
  if (isShape(name)) return JSON.stringify(value ?? null);
  if (paged && isCursor(name)) return value ? 'cursor' : '';
  return shapeOf(value, leaves);
}

/** The arguments with placeholders for the values outside the shape. Adds the placeholders to the given list. */
export function templateOf(
  { index, paged }: Site,
  args: Args,
  placeholders: RequestPlaceholder<Supplied>[],
): Record<string, unknown> {
  const counter = { next: 0 };
  const placeholder = () => {
    const place = counter.next++;
    const made = new RequestPlaceholder<Supplied>(({ sites }) => sites[index]!.leaves[place]);
    placeholders.push(made);
    return made;
  };
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => {
      if (isShape(name)) return [name, value];
      // Cursors are read by the page
      if (paged && isCursor(name)) return [name, undefined];
      return [name, withPlaceholders(value, placeholder)];
    }),
  );
}

/** A list of plain values counts as one value; objects, lists of objects, booleans and null are part of the shape. */
function isLeaf(value: unknown): boolean {
  if (value === null || value === undefined || typeof value === 'boolean') return false;
  if (Array.isArray(value)) return value.length > 0 && value.every((item) => isLeaf(item) && !Array.isArray(item));
  return typeof value !== 'object' || !isPlainObject(value);
}

function shapeOf(value: unknown, leaves: unknown[]): string {
  if (isLeaf(value)) {
    leaves.push(value);
    return Array.isArray(value) ? 'vs' : 'v';
  }
  if (value === null || value === undefined) return 'n';
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (Array.isArray(value)) return `[${value.map((item) => shapeOf(item, leaves)).join(',')}]`;
  return `{${Object.entries(value).map(([key, item]) => `${key}:${shapeOf(item, leaves)}`)}}`;
}

function withPlaceholders(value: unknown, placeholder: () => RequestPlaceholder<Supplied>): unknown {
  if (isLeaf(value)) return placeholder();
  if (Array.isArray(value)) return value.map((item) => withPlaceholders(item, placeholder));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withPlaceholders(item, placeholder)]));
}
