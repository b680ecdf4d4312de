import { toDayNumber } from '../../lib/days.ts';
import { addDays, addMonths } from './periods.ts';

export interface CarryOver {
  /** The last day of the period in which the leave was acquired. */
  periodEnd: string;
  /** First day of the absence that prevented the leave. */
  absentSince: string;
  /** The day of the return; null while the person is absent. */
  returnedOn: string | null;
  /** The day on which the person received the employer's notice; null before that. */
  noticeOn: string | null;
  /** An agreement may lengthen the fifteen months. */
  months?: number;
}

/**
 * The last day on which a person can take leave that sickness prevented (Code du travail, L3141-19-1 to -3): fifteen
 * months after the employer's notice; null before the notice. If the absence has lasted for a year when the period
 * ends, the fifteen months begin at the end of the period instead; if the person returns before they are over, they
 * are extended by the days from the return to the notice, and the result is null before the notice.
 */
export function carryOverEnd({ periodEnd, absentSince, returnedOn, noticeOn, months = 15 }: CarryOver): string | null {
  const isLong = addMonths(absentSince, 12) <= addDays(periodEnd, 1) && (returnedOn === null || returnedOn > periodEnd);
  if (!isLong) return noticeOn && addMonths(noticeOn, months);
  const end = addMonths(periodEnd, months);
  if (returnedOn === null || returnedOn > end) return end;
  return noticeOn && addDays(end, Math.max(toDayNumber(noticeOn) - toDayNumber(returnedOn), 0));
}

export interface Splitting {
  /** Days of the main leave, at most 24, taken from 1 May to 31 October. */
  inSeason: number;
  /** Days of the main leave taken outside. */
  outside: number;
}

/**
 * Additional days for a main leave that is split (L3141-23): 3 to 5 days outside the season give one, 6 or more two.
 */
export function splittingDays({ inSeason, outside }: Splitting): number {
  const counted = Math.min(outside, Math.max(24 - inSeason, 0));
  if (inSeason < 12 || counted < 3) return 0;
  return counted < 6 ? 1 : 2;
}
