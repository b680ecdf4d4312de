/** A share of a person's time, in percent, between two days (inclusive, YYYY-MM-DD); null is open. */
export interface Share {
  fromDate: string | null;
  toDate: string | null;
  allocationPercent: number;
}

const earliest = '';
const latest = '~';

/**
 * The largest sum of shares on any day of a period, and the first day with it (null when that is an open start). A sum
 * can only grow where a share begins, so only those days are looked at.
 */
export function peakAllocation(shares: readonly Share[], period: Omit<Share, 'allocationPercent'>) {
  const start = period.fromDate ?? earliest;
  const end = period.toDate ?? latest;
  const days = shares.map(({ fromDate }) => fromDate ?? earliest).filter((day) => day > start && day <= end);
  let peak: { percent: number; day: string | null } = { percent: 0, day: period.fromDate };
  for (const day of [start, ...days.sort()]) {
    const percent = shares.reduce((sum, share) => sum + (holds(share, day) ? share.allocationPercent : 0), 0);
    if (percent > peak.percent) peak = { percent, day: day || null };
  }
  return peak;
}

const holds = ({ fromDate, toDate }: Share, day: string): boolean =>
  (fromDate ?? earliest) <= day && day <= (toDate ?? latest);

/** Whether a changed share asks for no more than it had, on any day. */
export const isWithin = (changed: Share, had: Share): boolean =>
  changed.allocationPercent <= had.allocationPercent &&
  (changed.fromDate ?? earliest) >= (had.fromDate ?? earliest) &&
  (changed.toDate ?? latest) <= (had.toDate ?? latest);
