import { toDayNumber } from '../../lib/days.ts';
import type { milestoneStatuses } from './tables.ts';

/** The basis of a milestone's health: its days (both inclusive), status and progress (percent). */
export interface Schedule {
  startDate: string;
  dueDate: string;
  status: (typeof milestoneStatuses)[number];
  progress: number;
}

/** Percentage points by which progress may be behind the share of elapsed days. */
const tolerance = 20;

/** Whether all of it is done, whatever its dates. */
export const isReached = ({ status, progress }: Pick<Schedule, 'status' | 'progress'>): boolean =>
  status === 'COMPLETED' || progress === 100;

/** Whether its due day has passed and it is not reached. `today` is a calendar day of the organization. */
export const isLate = (milestone: Schedule, today: string): boolean =>
  !isReached(milestone) && milestone.dueDate < today;

/** Whether it is not late yet, but more than 20 points behind the share of elapsed days. */
export function isAtRisk(milestone: Schedule, today: string): boolean {
  if (isReached(milestone) || isLate(milestone, today)) return false;
  return elapsedPercent(milestone, today) - milestone.progress > tolerance;
}

/** The share of its days before today, in percent. */
function elapsedPercent({ startDate, dueDate }: Schedule, today: string): number {
  const start = toDayNumber(startDate);
  const days = toDayNumber(dueDate) - start + 1;
  const over = Math.min(Math.max(toDayNumber(today) - start, 0), days);
  return (over * 100) / days;
}
