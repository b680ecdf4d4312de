import { type ExecutionArgs, type ExecutionResult, getOperationAST, type OperationDefinitionNode } from 'graphql';
import type { Plans } from '../compile/plans.ts';
import type { Context } from '../context.ts';
import type { Execute } from './execute.ts';
import type { Verify } from './execute-change.ts';
import { executeMutation, planMutation } from './execute-mutation.ts';
import { executeQuery } from './execute-query.ts';
import { retryQuery } from './retry-answer.ts';

export interface ExecuteOptions {
  /** Compiled plans; without them every operation is executed field by field. */
  plans?: Plans;
  /** Whether `extensions.plan` shows how the answer was made, to viewers who may explore the graph. */
  explain?: boolean;
  verify?: Verify | undefined;
}

/**
 * Runs an operation in its transactions. A query reads one snapshot, whose connection is released when the answer is
 * complete. Each root field of a mutation, with its selection, is one transaction, committed before the next begins. An
 * error anywhere under the field rolls it back, so an answer never shows unsaved changes.
 */
export async function executeOperation(
  args: ExecutionArgs,
  execute: Execute,
  options: ExecuteOptions = {},
): Promise<ExecutionResult> {
  const operation = getOperationAST(args.document, args.operationName);
  const context = args.contextValue as Context;
  if (operation?.operation === 'mutation') return executeChanges(args, operation, execute, options);
  return retryQuery(context, (ctx) => executeReads({ ...args, contextValue: ctx }, operation, execute, options));
}

/** Runs a query in one snapshot. */
async function executeReads(
  args: ExecutionArgs,
  operation: OperationDefinitionNode | null | undefined,
  execute: Execute,
  { plans, explain }: ExecuteOptions,
): Promise<ExecutionResult> {
  try {
    if (operation?.operation !== 'query' || !plans) return await execute(args);
    const { result, report } = await executeQuery(args, operation, execute, plans);
    if (!explain || !mayExplore(args)) return result;
    return Object.assign(result, { extensions: { ...result.extensions, plan: report } });
  } finally {
    await (args.contextValue as Context).commit();
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
  (contextValue as Context).request.viewer?.permissions.has('graph:explore') ?? false;
