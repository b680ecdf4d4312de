import type { Reason } from '../../access/decline.ts';
import type { Plan } from './plan.ts';
import type { Left } from './skeleton.ts';

/**
 * What `extensions.plan` says of a query, or of a root field of a mutation: the statement that answered, or why the
 * executor did. `left` names root fields that were left to the executor, each with its reason: beside the statement, or
 * all of them where there are several and nothing was compiled.
 */
export type PlanReport =
  | { compiled: true; sql: string }
  | { compiled: 'partly'; sql: string; left: Record<string, Reason> }
  | { compiled: false; reason: Reason; left?: Record<string, Reason> };

export function reportOf(outcome: { plan: Plan } | { reason: Reason; left?: Left | undefined }): PlanReport {
  if ('reason' in outcome) {
    const { reason, left } = outcome;
    return { compiled: false, reason, ...(left && { left: Object.fromEntries(left) }) };
  }
  const { text: sql, left } = outcome.plan;
  return left.size ? { compiled: 'partly', sql, left: Object.fromEntries(left) } : { compiled: true, sql };
}
