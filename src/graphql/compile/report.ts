import type { Reason } from '../../access/decline.ts';
import type { Plan } from './plan.ts';
import type { ExecutorFields } from './skeleton.ts';

/**
 * The content of `extensions.plan` for a query, or for a root field of a mutation: the statement that answered, or why
 * the executor did. `left` names the root fields that the executor answered, each with its reason: some of them when
 * the query was compiled partly, all of them when nothing was compiled and there are several.
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
