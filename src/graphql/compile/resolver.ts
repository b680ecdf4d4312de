import { Declined, Unplanned } from '../../access/decline.ts';
import type { Compiling } from './compiling.ts';
import { coordinateOf, type Selected } from './selection.ts';
import type { Args, Supplied } from './supplied.ts';

export type Resolver = (parent: unknown, args: Args, context: unknown, info: unknown) => unknown;

/** The declaration's own resolver, without the wrappers of plugins. Throws Declined if there is none. */
export function resolverOf({ field, parent }: Selected): Resolver {
  const { resolve } = (field.extensions.pothosOptions ?? {}) as { resolve?: Resolver };
  if (!resolve) throw new Declined('has no resolver of its own', coordinateOf({ field, parent }));
  if (resolve.length > 3) throw new Declined('has code that reads the document', coordinateOf({ field, parent }));
  return resolve;
}

/** Calls a declaration's resolver. Errors and promises are left to the executor: both throw Unplanned. */
export function call(resolve: Resolver, parent: unknown, args: Args, { context }: Supplied): unknown {
  let value: unknown;
  try {
    value = resolve(parent, args, context, undefined);
  } catch (error) {
    throw new Unplanned(`the code of a field failed: ${(error as Error).message}`);
  }
  if (typeof (value as { then?: unknown } | null | undefined)?.then !== 'function') return value;
  (value as Promise<unknown>).then(undefined, () => {});
  throw new Unplanned('the code of a field returned a promise');
}

/** The arguments of a field with code, as a function of the request. */
export function argumentsFor(selected: Selected, compiling: Compiling): (supplied: Supplied) => Args {
  if (selected.field.args.length === 0) return () => noArguments;
  const { index } = compiling.site(selected);
  return ({ sites }) => sites[index]!.args;
}

const noArguments: Args = {};
