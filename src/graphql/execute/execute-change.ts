import type { ExecutionResult } from 'graphql';
import type { Reason } from '../../access/decline.ts';
import type { PlannedChange } from '../compile/change.ts';
import { reasonOf } from '../compile/outcome.ts';
import type { Plans } from '../compile/plans.ts';
import type { Context } from '../context.ts';
import type { FieldAnswer } from './field-answer.ts';

/** For tests: called for every payload that a plan made, with a function that makes it by the executor. */
export type Verify = (payload: string, execute: () => Promise<ExecutionResult>) => Promise<void>;

interface Options {
  change: PlannedChange | undefined;
  /** Executes the field. Does not repeat a change that was already made in this context. */
  executor(context: Context): ExecutionResult | Promise<ExecutionResult>;
  plans: Plans | undefined;
  verify: Verify | undefined;
  /** Whether COMMIT may be sent together with the statement of the payload. */
  mayCommit: boolean;
}

/**
 * Makes one change in its transaction and answers its payload: by a plan, whose statement is sent together with the
 * last one of the change, or by the executor. An error rolls the transaction back.
 */
export async function executeChange(options: Options, context: Context): Promise<FieldAnswer> {
  try {
    const result = options.change ? await byPlan(options, options.change, context) : await byExecutor(options, context);
    if (result.errors?.length) await context.rollback();
    return result;
  } catch (error) {
    await context.rollback();
    throw error;
  }
}

async function byExecutor({ executor }: Options, context: Context): Promise<FieldAnswer> {
  const { data, errors } = await executor(context);
  return { data: data ? JSON.stringify(data) : null, ...(errors && { errors }) };
}

async function byPlan(options: Options, change: PlannedChange, context: Context): Promise<FieldAnswer> {
  context.unsettled = true;
  let given: unknown;
  try {
    given = await change.make(context);
  } catch (error) {
    return failed(change, error);
  }
  const answer = await payloadOf(options, change, context, given);
  if ('data' in answer) return answer;
  if ('reason' in answer) {
    options.plans?.counted(answer);
    context.unsettled = false;
    return byExecutor(options, context);
  }
  options.plans?.counted('answered');
  await options.verify?.(answer.payload, async () => options.executor(context));
  return { data: `{"${change.key}":${answer.payload}}` };
}

type Payload = { payload: string } | { reason: Reason } | FieldAnswer;

/**
 * Makes the payload by its plan. If the result has a `reason`, the executor must make the payload; if it has `again`,
 * the executor must repeat the change too.
 */
async function payloadOf(
  { plans, verify, mayCommit }: Options,
  change: PlannedChange,
  context: Context,
  given: unknown,
): Promise<Payload> {
  const { plan } = change;
  let parameters: unknown[];
  try {
    parameters = change.parametersFor(context, given);
  } catch (error) {
    return { reason: reasonOf(error) };
  }
  const reading = plan.reads ? context.readPayload(plan.text, parameters) : Promise.resolve([]);
  const row = reading.then(
    (values) => ({ values }),
    (error: unknown) => ({ error }),
  );
  try {
    if (mayCommit && plan.plain && !verify) await context.commitPipelined();
    else await context.settled();
  } catch (error) {
    const payloadRow = await row;
    // If a statement of the change failed, the statement of the payload failed with the same error
    if (context.sentFailed || !('error' in payloadRow) || payloadRow.error !== error) return failed(change, error);
  }
  const found = await row;
  if ('error' in found) return answerFailed(plans, change, context, found.error);
  try {
    return { payload: change.payloadOf(found.values, context, given) };
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}

/** The answer if the database rejected the statement of a payload. Nothing was saved. */
function answerFailed(plans: Plans | undefined, change: PlannedChange, context: Context, error: unknown): FieldAnswer {
  const notCompiled = plans?.statementFailed(change.plan, error, context);
  if (!notCompiled || notCompiled.failed) return failed(change, error);
  plans?.counted(notCompiled);
  return { ...failed(change, error), again: true };
}

const failed = (change: PlannedChange, error: unknown): FieldAnswer => ({
  data: null,
  errors: [change.located(error)],
});
