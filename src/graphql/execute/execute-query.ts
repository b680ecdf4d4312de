import { type ExecutionArgs, type ExecutionResult, GraphQLError, type OperationDefinitionNode } from 'graphql';
import { Declined, type Reason } from '../../access/decline.ts';
import { sqlStateOf, toAppError } from '../../db/pg-errors.ts';
import { environmental, type NotCompiled, reasonOf } from '../compile/outcome.ts';
import type { PlannedPart } from '../compile/part.ts';
import type { Plans } from '../compile/plans.ts';
import { type PlanReport, reportOf } from '../compile/report.ts';
import { resultOf } from '../compile/text-result.ts';
import { Context } from '../context.ts';
import { checkExecuted } from '../limits/cost.ts';
import { onlyFields } from '../root-fields.ts';
import type { Execute } from './execute.ts';
import { rootCause } from './mask-error.ts';

interface Answered {
  result: ExecutionResult;
  report: PlanReport;
}

/** Answers a query by its plan, by the executor, or some root fields by each. The answer is the same in all cases. */
export async function executeQuery(
  args: ExecutionArgs,
  operation: OperationDefinitionNode,
  execute: Execute,
  plans: Plans,
): Promise<Answered> {
  const context = args.contextValue as Context;
  const outcome = await plans.answer(args, operation, context);
  if ('answer' in outcome) return { result: resultOf(outcome.answer), report: reportOf(outcome) };
  let notCompiled: NotCompiled;
  if ('part' in outcome) {
    const answered = await executeBoth(outcome.part, args, operation, execute, plans);
    plans.counted('result' in answered ? 'partly' : answered);
    if ('result' in answered) return { ...answered, report: reportOf(outcome.part) };
    notCompiled = answered;
  } else notCompiled = outcome;
  const refusal = notCompiled.failed ? undefined : tooCostly(args, notCompiled.reason);
  if (refusal) return { result: refusal, report: reportOf(notCompiled) };
  const result = await (notCompiled.sessionConsumed ? executeInNewSession(args, execute) : execute(args));
  return { result: { ...result }, report: reportOf(notCompiled) };
}

/**
 * Runs the plan for some root fields and the executor for the others, in one session. Returns the reason if the
 * executor must run all of them.
 */
async function executeBoth(
  part: PlannedPart,
  args: ExecutionArgs,
  operation: OperationDefinitionNode,
  execute: Execute,
  plans: Plans,
): Promise<Pick<Answered, 'result'> | NotCompiled> {
  const context = args.contextValue as Context;
  const others = onlyFields(args, operation, new Set(part.plan.executorFields.keys()));
  const refusal = tooCostly(others, Declined.ofAll(part.plan.executorFields).reason);
  if (refusal) return { result: refusal };
  const reading = part.read(context).then(
    (row) => ({ row }),
    (error: unknown) => ({ error }),
  );
  const { data, errors } = await execute(others);
  const found = await reading;
  if ('error' in found) return plans.statementFailed(part.plan, found.error, context);
  // After a failed statement later ones of the transaction fail too: only the executor can tell which field caused it
  if (errors?.some(isStatementError)) {
    return { reason: { why: 'another root field failed in the database' }, sessionConsumed: true };
  }
  if (!data) return { result: { ...(errors && { errors }), ...(data === null && { data }) } };
  try {
    const answer = resultOf(part.answerOf(found.row, data));
    return { result: errors ? { errors, data: answer.data } : answer };
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}

/** The error for an operation that costs more than the executor may answer; undefined otherwise. */
function tooCostly(args: ExecutionArgs, { field, why }: Reason): ExecutionResult | undefined {
  try {
    checkExecuted(args, (args.contextValue as Context).request.limits, field ? `${field} ${why}` : why);
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    return { errors: [new GraphQLError(message, { originalError: error as Error })] };
  }
}

/** Whether a statement itself failed, rather than the connection or the server. */
function isStatementError(error: unknown): boolean {
  const cause = rootCause(error);
  const code = toAppError(cause)?.code;
  return sqlStateOf(cause) !== undefined && (code === undefined || !environmental.has(code));
}

async function executeInNewSession(args: ExecutionArgs, execute: Execute): Promise<ExecutionResult> {
  const former = args.contextValue as Context;
  // It may hold the caller's part of the connections, for which the new session would wait
  await former.commit();
  const context = new Context(former.request);
  try {
    return await execute({ ...args, contextValue: context });
  } finally {
    await context.commit();
  }
}
