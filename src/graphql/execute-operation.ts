import { type ExecutionArgs, type ExecutionResult, getOperationAST, type OperationDefinitionNode } from 'graphql';
import { type Plans, reportOf, resultOf } from './compile/plans.ts';
import { Context } from './context.ts';
import type { Verify } from './execute-change.ts';
import { type Execute, executeMutation, planMutation } from './execute-mutation.ts';

export interface ExecuteOptions {
  /** Compiled queries; without them every operation is executed field by field. */
  plans?: Plans;
  /** Whether the answer says how it was made, to those who may explore the graph. */
  explain?: boolean;
  verify?: Verify | undefined;
}

/**
 * Runs an operation in its transactions. A query is one read-only snapshot, given back when the answer is complete.
 * Each root field of a mutation, with all that is selected under it, is one transaction, committed before the next
 * begins; an error anywhere under the field rolls it back, so an answer never shows what was not kept.
 */
export async function executeOperation(
  args: ExecutionArgs,
  execute: Execute,
  options: ExecuteOptions = {},
): Promise<ExecutionResult> {
  const operation = getOperationAST(args.document, args.operationName);
  const context = args.contextValue as Context;
  if (operation?.operation === 'mutation') return executeChanges(args, operation, execute, options);
  try {
    if (operation?.operation !== 'query' || !options.plans) return await execute(args);
    return await executeQuery(args, operation, execute, options.plans, options.explain ?? false);
  } finally {
    await context.commit();
  }
}

async function executeChanges(
  args: ExecutionArgs,
  operation: OperationDefinitionNode,
  execute: Execute,
  { plans, verify, explain }: ExecuteOptions,
): Promise<ExecutionResult> {
  const fields = planMutation(args, operation, plans);
  const result = await executeMutation(args, operation, fields, execute, { plans, verify });
  if (!explain || !mayExplore(args)) return result;
  const plan = Object.fromEntries(fields.map(({ key, report }) => [key, report]));
  return Object.assign(result, { extensions: { ...result.extensions, plan } });
}

const mayExplore = ({ contextValue }: ExecutionArgs): boolean =>
  (contextValue as Context).scope.viewer?.permissions.has('graph:explore') ?? false;

/** By its plan, where it has one. */
async function executeQuery(
  args: ExecutionArgs,
  operation: OperationDefinitionNode,
  execute: Execute,
  plans: Plans,
  explain: boolean,
): Promise<ExecutionResult> {
  const context = args.contextValue as Context;
  const outcome = await plans.answer(args, operation, context);
  const extensions = explain && mayExplore(args) && { plan: reportOf(outcome) };
  if ('answer' in outcome) return Object.assign(resultOf(outcome.answer), extensions && { extensions });
  const result = await (outcome.spoilt ? executeAnew(args, execute) : execute(args));
  return extensions ? { ...result, extensions: { ...result.extensions, ...extensions } } : result;
}

async function executeAnew(args: ExecutionArgs, execute: Execute): Promise<ExecutionResult> {
  const context = new Context((args.contextValue as Context).scope);
  try {
    return await execute({ ...args, contextValue: context });
  } finally {
    await context.commit();
  }
}
