import type { Reason } from '../../access/decline.ts';
import type { Plan } from './plan.ts';
import type { ExecutorFields } from './skeleton.ts';

/**
 * What `extensions.plan` says of a query, or of a root field of a mutation: the statement that answered, or why the
 * executor did. `left` names root fields that were left to the executor, each with its reason: beside the statement, or
 * all of them where there are several and nothing was compiled.
 */
export type PlanReport =
  | { compiled: true; sql: string }
  | { compiled: 'partly'; sql: string; left: Record<string, Reason> }
  | { compiled: false; reason: Reason; left?: Record<string, Reason> };

export function reportOf(
  outcome: { plan: Plan } | { reason: Reason; executorFields?: ExecutorFields | undefined },
): PlanReport {
  if ('reason' in outcome) {
    const { reason, executorFields } = outcome;
    return { compiled: false, reason, ...(executorFields && { left: Object.fromEntries(executorFields) }) };
  }
  const { text: sql, executorFields } = outcome.plan;
  return executorFields.size
    ? { compiled: 'partly', sql, left: Object.fromEntries(executorFields) }
    : { compiled: true, sql };
}
