import { type ExecutionArgs, type ExecutionResult, execute, locatedError, type OperationDefinitionNode } from 'graphql';
import type { Text } from '../compile/plan.ts';
import type { Plans } from '../compile/plans.ts';
import { Context, type GraphRequest } from '../context.ts';
import type { OperationArgs } from '../limits/check-operation.ts';
import { executeMutation, planMutation } from './execute-mutation.ts';

/** How plans alone answered an operation. */
export type PlannedAnswer =
  | { text: Text }
  /** A mutation has run, so nobody may execute it again. Without errors there is the text of its result. */
  | { result: ExecutionResult; text: Text | undefined }
  /** Nothing has run: the executor has to answer. */
  | 'declined'
  /** The database failed as such. Executing the query with this context fails in the same way. */
  | { failed: Context };

/** Answers a query or a mutation by plans alone: of a query all root fields, of a mutation all payloads. */
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
