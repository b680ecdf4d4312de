import { type GraphQLOutputType, isLeafType, isListType, isNonNullType, isObjectType } from 'graphql';
import { Declined, Unplanned } from '../../access/decline.ts';
import { serialized } from './columns.ts';
import type { Compiling } from './compiling.ts';
import { requireReadable } from './field-rules.ts';
import { argumentsFor, call, resolverOf } from './resolver.ts';
import { coordinateOf, isTypename, type Selected } from './selection.ts';
import type { Supplied } from './supplied.ts';

/** Converts a resolver's result to the value in the answer. Throws Unplanned if that is an error. */
export type Complete = (value: unknown, supplied: Supplied) => unknown;

/** For values that are complete when a resolver returns them: scalars, enums, lists, and objects that are not rows. */
export function completion(type: GraphQLOutputType, selected: Selected, compiling: Compiling): Complete {
  if (isNonNullType(type)) {
    const complete = completion(type.ofType, selected, compiling);
    return (value, supplied) => {
      const completed = complete(value, supplied);
      if (completed === null) throw new Unplanned(`${coordinateOf(selected)} is null in a non-null field`);
      return completed;
    };
  }
  if (isLeafType(type)) return (value) => serialized(type, value);
  if (isListType(type)) return listCompletion(completion(type.ofType, selected, compiling));
  if (isObjectType(type) && !type.extensions.pothosDrizzleModel) {
    return objectCompletion(compiling.selections.under(selected, type), compiling);
  }
  throw new Declined('returns rows by code', coordinateOf(selected));
}

function listCompletion(complete: Complete): Complete {
  return (values, supplied) => {
    if (values === null || values === undefined) return null;
    if (!Array.isArray(values)) throw new Unplanned('a list is not an array');
    return values.map((value) => complete(value, supplied));
  };
}

function objectCompletion(fields: readonly Selected[], compiling: Compiling): Complete {
  const members = fields.map((field) => [field.key, memberOf(field, compiling)] as const);
  return (value, supplied) => {
    if (value === null || value === undefined) return null;
    const object: Record<string, unknown> = {};
    for (const [key, member] of members) object[key] = member(value, supplied);
    return object;
  };
}

function memberOf(selected: Selected, compiling: Compiling): Complete {
  if (isTypename(selected)) return () => selected.parent.name;
  requireReadable(selected, compiling.context);
  const resolve = resolverOf(selected);
  const args = argumentsFor(selected, compiling);
  const complete = completion(selected.field.type, selected, compiling);
  return (value, supplied) => complete(call(resolve, value, args(supplied), supplied), supplied);
}
