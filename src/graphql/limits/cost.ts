import { type ExecutionArgs, getOperationAST, type OperationDefinitionNode } from 'graphql';
import { AppError } from '../../lib/errors.ts';
import { coercedVariables } from '../variables.ts';
import type { GraphLimits } from './complexity.ts';
import { type OperationCost, operationCost } from './operation-cost.ts';

const costs = { compiled: newCosts(), executed: newCosts() };

/** A limit up to this is small: the executor may answer all of it. */
const smallLimit = 10_000;

/**
 * The complexity that the executor may answer: all of a small limit; of a larger one a tenth, but not less than a small
 * limit. The executor resolves values one by one and blocks the process meanwhile; a compiled statement computes them
 * in the database.
 */
const executedComplexity = ({ complexity }: GraphLimits): number =>
  Math.max(complexity / 10, Math.min(complexity, smallLimit));

/**
 * Returns the complexity of an operation. Throws TOO_COMPLEX when it may cost more than the limits allow, and a
 * GraphQLError for variables that cannot be coerced. Reads only the document and its variables, no data.
 */
export function checkCost(args: ExecutionArgs, limits: GraphLimits): number {
  const operation = getOperationAST(args.document, args.operationName);
  if (!operation) return 0;
  const way = operation.operation === 'query' ? 'compiled' : 'executed';
  const { depth, breadth } = costOf(args, operation, way);
  const cost: Partial<GraphLimits> = { depth, breadth };
  requireWithin(cost, limits);
  const allowed = way === 'compiled' ? limits : { ...limits, complexity: executedComplexity(limits) };
  const complexity = complexityOf(args, operation, way);
  requireWithin({ ...cost, complexity }, allowed);
  return complexity;
}

/** Throws TOO_COMPLEX if an operation without a compiled statement costs more than the executor may answer. */
export function checkExecuted(args: ExecutionArgs, limits: GraphLimits, why: string): void {
  const operation = getOperationAST(args.document, args.operationName);
  if (!operation) return;
  const complexity = complexityOf(args, operation, 'executed');
  const allowed = executedComplexity(limits);
  if (complexity <= allowed) return;
  throw new AppError(
    'TOO_COMPLEX',
    `The operation has a complexity of ${complexity}; at most ${allowed} is allowed unless it is compiled into one statement: ${why}`,
    { cost: { complexity }, limits: { ...limits, complexity: allowed } },
  );
}

function newCosts() {
  return new WeakMap<OperationDefinitionNode, OperationCost>();
}

type Way = keyof typeof costs;

function costOf({ schema, document }: ExecutionArgs, operation: OperationDefinitionNode, way: Way): OperationCost {
  const cost = costs[way].get(operation) ?? operationCost(schema, document, operation, way === 'executed');
  costs[way].set(operation, cost);
  return cost;
}

function complexityOf(args: ExecutionArgs, operation: OperationDefinitionNode, way: Way): number {
  const { errors, variableValues } = coercedVariables(args, operation);
  if (errors) throw errors[0];
  return costOf(args, operation, way).complexity(variableValues);
}

function requireWithin(cost: Partial<GraphLimits>, limits: GraphLimits): void {
  for (const kind of ['depth', 'breadth', 'complexity'] as const) {
    const value = cost[kind];
    if (value === undefined || value <= limits[kind]) continue;
    const message = `The operation has a ${kind} of ${value}; at most ${limits[kind]} is allowed`;
    throw new AppError('TOO_COMPLEX', message, { cost, limits });
  }
}
