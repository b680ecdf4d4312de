import type { InputFieldMap } from '@pothos/core';
import { builder } from '../builder.ts';
import type { Model } from '../resource/model.ts';
import type { KeyInput } from './aggregate-spec.ts';
import { type AggregateArguments, groupSizes } from './question.ts';

interface ArgumentBuilder {
  arg: ((options: object) => never) & { int(options: object): never };
}

type Given = Record<string, unknown>;

/**
 * The arguments for the keys of an aggregate: `groupBy` takes all of them. If the resource has short names for its
 * usual keys, `groupBy` takes these names, and `by` the other keys.
 */
export function shortKeysOf({ spec }: Model) {
  const { groupBy } = spec.aggregate ?? {};
  if (!groupBy)
    return {
      keysArgument: 'groupBy',
      args: (): InputFieldMap => ({}),
      read: (args: Given) => args as AggregateArguments,
      limit: (args: Given, check: (first: number | null | undefined, argument?: string) => number) =>
        check(args.first as number | null | undefined),
    };
  const names = builder.enumType(`${spec.name}Group`, {
    description: 'The usual keys to group by, by short names.',
    values: Object.fromEntries(Object.entries(groupBy).map(([name, { description }]) => [name, { description }])),
  });
  return {
    keysArgument: 'by',
    args: (t: ArgumentBuilder): InputFieldMap => ({
      groupBy: t.arg({
        type: [names],
        defaultValue: [],
        description: 'The usual keys to group by; without any key here or in `by`, all rows are one group.',
      }),
      limit: t.arg.int({
        defaultValue: groupSizes.default,
        description: `The same as \`first\`, which takes precedence: 1 to ${groupSizes.max}.`,
      }),
    }),
    read: ({ groupBy: short, by, limit: _limit, ...others }: Given): AggregateArguments => ({
      ...others,
      keysArgument: 'by',
      groupBy: [...((by ?? []) as KeyInput[]), ...((short ?? []) as string[]).map((name) => groupBy[name]!.key)],
    }),
    limit: ({ first, limit }: Given, check: (first: number | null | undefined, argument?: string) => number) =>
      first === null || first === undefined
        ? check(limit as number | null | undefined, 'limit')
        : check(first as number),
  };
}
