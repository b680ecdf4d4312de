import { complexityFromQuery } from '@pothos/plugin-complexity';
import { type ExecutionArgs, getOperationAST, getVariableValues, Kind } from 'graphql';
import { AppError } from '../lib/errors.ts';
import type { GraphLimits } from './complexity.ts';
import type { Context } from './context.ts';

/** What an operation is estimated to cost: values in its answer, levels, and fields written in the document. */
export type Cost = GraphLimits;

/**
 * Throws TOO_COMPLEX when the operation may cost more than the limits allow, and graphql's own error for variables that
 * do not fit. Reads the document alone, no data.
 */
export function checkCost(args: ExecutionArgs, context: Context): Cost | undefined {
  const operation = getOperationAST(args.document, args.operationName);
  if (!operation) return undefined;
  const fragments = args.document.definitions.filter((d) => d.kind === Kind.FRAGMENT_DEFINITION);
  const variables = { ...args.variableValues };
  const { errors } = getVariableValues(args.schema, operation.variableDefinitions ?? [], variables, {
    hideSuggestions: args.hideSuggestions ?? false,
  });
  if (errors) throw errors[0];
  const cost = complexityFromQuery(
    { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] },
    { schema: args.schema, ctx: context, variables },
  );
  const { limits } = context.scope;
  for (const kind of ['depth', 'breadth', 'complexity'] as const) {
    if (cost[kind] > limits[kind]) {
      const message = `The operation has a ${kind} of ${cost[kind]}; at most ${limits[kind]} is allowed`;
      throw new AppError('TOO_COMPLEX', message, { cost, limits });
    }
  }
  return cost;
}
