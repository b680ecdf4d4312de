import { type ExecutionArgs, type ExecutionResult, execute, locatedError, type OperationDefinitionNode } from 'graphql';
import type { Text } from '../compile/plan.ts';
import type { Plans } from '../compile/plans.ts';
import { Context, type GraphRequest } from '../context.ts';
import type { OperationArgs } from '../limits/check-operation.ts';
import { executeMutation, planMutation } from './execute-mutation.ts';

/** The outcome of answering an operation by plans alone. */
export type PlannedAnswer =
  | { text: Text }
  /** A mutation has run, so it must not be executed again. `text` is the JSON of the result, if there are no errors. */
  | { result: ExecutionResult; text: Text | undefined }
  /** Nothing was changed; the executor must answer, in a context of its own. */
  | 'declined'
  /** The database is unavailable; executing the query in this context would fail in the same way. */
  | { failed: Context };

/** Answers an operation if plans cover all of it: all root fields of a query, or all payloads of a mutation. */
export async function answerByPlan(
  args: OperationArgs,
  operation: OperationDefinitionNode,
  request: GraphRequest,
  plans: Plans,
): Promise<PlannedAnswer> {
  const context = new Context(request);
  if (operation.operation === 'mutation') return answerMutation({ ...args, contextValue: context }, operation, plans);
  const outcome = await plans.answer(args, operation, context);
  if ('answer' in outcome) return { text: outcome.answer };
  return 'failed' in outcome ? { failed: context } : 'declined';
}

async function answerMutation(
  args: ExecutionArgs,
  operation: OperationDefinitionNode,
  plans: Plans,
): Promise<PlannedAnswer> {
  const fields = planMutation(args, operation, plans);
  if (!fields.every(({ change }) => change)) return 'declined';
  return executeMutation(args, operation, fields, execute, { plans, verify: undefined })
    .then((result) => ({ result, text: 'stringify' in result ? result.stringify() : undefined }))
    .catch((error: unknown) => ({ result: { errors: [locatedError(error, undefined)] }, text: undefined }));
}
