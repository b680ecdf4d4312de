import { Declined, type Reason } from '../../access/decline.ts';
import type { ErrorCode } from '../../lib/errors.ts';
import type { PlannedPart } from './part.ts';
import type { Plan, Text } from './plan.ts';
import type { ExecutorFields } from './skeleton.ts';

/**
 * Why the executor answers. `executorFields`: the reason of each root field, if there are several. `sessionConsumed`:
 * the plan's statement has ended the session, so the executor needs a new one. `failed`: the database itself failed;
 * the executor uses the same session and fails with the same error.
 */
export interface NotCompiled {
  reason: Reason;
  executorFields?: ExecutorFields | undefined;
  sessionConsumed?: boolean;
  failed?: boolean;
}

/** The answer of a plan; or a plan for some root fields, not run yet; or why there is neither. */
export type Outcome =
  /** `answer` is JSON. */
  { answer: Text; plan: Plan } | { part: PlannedPart } | NotCompiled;

/** Failures of the database itself. The executor would meet them too, so it gets the session that failed. */
export const environmental: ReadonlySet<ErrorCode> = new Set([
  'CANCELLED',
  'CONNECTION_LOST',
  'MIGRATING',
  'TIMEOUT',
  'TRANSACTION_CONFLICT',
  'UNAVAILABLE',
]);

export const reasonOf = (error: unknown): Reason =>
  error instanceof Declined ? error.reason : { why: (error as Error).message };

export const notCompiledBy = (error: unknown): NotCompiled => ({
  reason: reasonOf(error),
  ...(error instanceof Declined && { executorFields: error.executorFields }),
});
