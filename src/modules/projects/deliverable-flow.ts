import { AppError } from '../../lib/errors.ts';
import type { deliverableStatuses } from './tables.ts';

type Status = (typeof deliverableStatuses)[number];

/** The possible next statuses of each status. ACCEPTED is final: an agreement does not change. */
const next: Record<Status, readonly Status[]> = {
  DRAFT: ['SUBMITTED'],
  SUBMITTED: ['DRAFT', 'ACCEPTED', 'REJECTED'],
  REJECTED: ['DRAFT', 'SUBMITTED'],
  ACCEPTED: [],
};

/** Throws INVALID_STATE with the possible statuses unless the step is allowed. */
export function requireStep(from: Status, to: Status): void {
  if (next[from].includes(to)) return;
  throw new AppError('INVALID_STATE', `A deliverable cannot go from ${from} to ${to}`, {
    field: 'input.status',
    status: from,
    possible: next[from],
  });
}

/** Further columns that a step changes: the time of submission, and the time and note of the decision. */
export function stepOf(to: Status, note: string | null, now: Date) {
  const decided = to === 'ACCEPTED' || to === 'REJECTED';
  return {
    status: to,
    ...(to === 'SUBMITTED' && { submittedAt: now }),
    decidedAt: decided ? now : null,
    decisionNote: decided ? note : null,
  };
}
