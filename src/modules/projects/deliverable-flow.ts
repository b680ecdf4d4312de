import { AppError } from '../../lib/errors.ts';
import type { deliverableStatuses } from './tables.ts';

type Status = (typeof deliverableStatuses)[number];

/** Where a deliverable can go from each status. Accepted is final: what was agreed does not change. */
const next: Record<Status, readonly Status[]> = {
  DRAFT: ['SUBMITTED'],
  SUBMITTED: ['DRAFT', 'ACCEPTED', 'REJECTED'],
  REJECTED: ['DRAFT', 'SUBMITTED'],
  ACCEPTED: [],
};

/** Throws INVALID_STATE, with the statuses that are possible, unless the deliverable can go from one to the other. */
export function requireStep(from: Status, to: Status): void {
  if (next[from].includes(to)) return;
  throw new AppError('INVALID_STATE', `A deliverable does not go from ${from} to ${to}`, {
    field: 'input.status',
    status: from,
    possible: next[from],
  });
}

/** What else a step changes: when it was submitted, when and why it was decided. */
export function stepOf(to: Status, note: string | null, now: Date) {
  const decided = to === 'ACCEPTED' || to === 'REJECTED';
  return {
    status: to,
    ...(to === 'SUBMITTED' && { submittedAt: now }),
    decidedAt: decided ? now : null,
    decisionNote: decided ? note : null,
  };
}
