import type { taskStatuses } from './tables.ts';

export type TaskStatusValue = (typeof taskStatuses)[number];

/** The columns that a change of status sets: DONE sets the time of completion, leaving DONE clears it. */
export function completionOf(
  before: TaskStatusValue | undefined,
  after: TaskStatusValue,
): { status: TaskStatusValue; completedAt?: Date | null } {
  if ((before === 'DONE') === (after === 'DONE')) return { status: after };
  return { status: after, completedAt: after === 'DONE' ? new Date() : null };
}
