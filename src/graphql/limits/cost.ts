import { type ExecutionArgs, getOperationAST, type OperationDefinitionNode } from 'graphql';
import { AppError } from '../../lib/errors.ts';
import { coercedVariables } from '../variables.ts';
import type { GraphLimits } from './complexity.ts';
import { type OperationCost, operationCost } from './operation-cost.ts';

const costs = new WeakMap<OperationDefinitionNode, OperationCost>();

/**
 * Throws TOO_COMPLEX when the operation may cost more than the limits allow, and a GraphQLError for variables that cannot be
 * coerced. Reads only the document and its variables, no data.
 */
export function checkCost(args: ExecutionArgs, limits: GraphLimits): void {
  const operation = getOperationAST(args.document, args.operationName);
  if (!operation) return;
  const { errors, variableValues } = coercedVariables(args, operation);
  if (errors) throw errors[0];
  const known = costs.get(operation) ?? operationCost(args.schema, args.document, operation);
  costs.set(operation, known);
  const { depth, breadth } = known;
  const cost: Partial<GraphLimits> = { depth, breadth };
  requireWithin(cost, limits);
  requireWithin({ ...cost, complexity: known.complexity(variableValues) }, limits);
}

function requireWithin(cost: Partial<GraphLimits>, limits: GraphLimits): void {
  for (const kind of ['depth', 'breadth', 'complexity'] as const) {
    const value = cost[kind];
    if (value === undefined || value <= limits[kind]) continue;
    const message = `The operation has a ${kind} of ${value}; at most ${limits[kind]} is allowed`;
    throw new AppError('TOO_COMPLEX', message, { cost, limits });
  }
}
