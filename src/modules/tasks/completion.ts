import type { taskStatuses } from './tables.ts';

export type TaskStatusValue = (typeof taskStatuses)[number];

/** What a change of status says about the completion: DONE sets it, leaving DONE clears it, anything else keeps it. */
export function completionOf(
  before: TaskStatusValue | undefined,
  after: TaskStatusValue,
): { status: TaskStatusValue; completedAt?: Date | null } {
  if ((before === 'DONE') === (after === 'DONE')) return { status: after };
  return { status: after, completedAt: after === 'DONE' ? new Date() : null };
}
