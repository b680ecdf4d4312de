/** A share of a person's time, in percent, between two days (inclusive, YYYY-MM-DD); null is an open end. */
export interface Share {
  fromDate: string | null;
  toDate: string | null;
  allocationPercent: number;
}

const earliest = '';
const latest = '~';

/**
 * The largest sum of shares on any day of a period, and the first day with it (null if that is an open start). A sum
 * can only grow where a share begins. So the shares are visited once in the order of their first days, and once in the
 * order of their last days.
 */
export function peakAllocation(shares: readonly Share[], period: Omit<Share, 'allocationPercent'>) {
  const [start, end] = [period.fromDate ?? earliest, period.toDate ?? latest];
  const begins = shares.toSorted((a, b) => compare(beginOf(a), beginOf(b)));
  const ends = shares.toSorted((a, b) => compare(endOf(a), endOf(b)));
  let peak: { percent: number; day: string | null } = { percent: 0, day: period.fromDate };
  let percent = 0;
  let over = 0;
  for (const [index, share] of begins.entries()) {
    percent += share.allocationPercent;
    const next = begins[index + 1];
    const day = beginOf(share) > start ? beginOf(share) : start;
    // Shares that begin on the same day, or before the period, are added up first
    if (day > end || (next && beginOf(next) <= day)) continue;
    for (; over < ends.length && endOf(ends[over]!) < day; over++) percent -= ends[over]!.allocationPercent;
    if (percent > peak.percent) peak = { percent, day: day || null };
  }
  return peak;
}

type Period = Omit<Share, 'allocationPercent'>;

/** The periods that cover the same days as the given ones, without overlaps, in their order. */
export function joinedPeriods(periods: readonly Period[]): Period[] {
  const joined: Period[] = [];
  for (const { fromDate, toDate } of periods.toSorted((a, b) => compare(beginOf(a), beginOf(b)))) {
    const last = joined.at(-1);
    if (!last || beginOf({ fromDate }) > endOf(last)) joined.push({ fromDate, toDate });
    else if (endOf({ toDate }) > endOf(last)) last.toDate = toDate;
  }
  return joined;
}

export const overlappingShares = (shares: readonly Share[], period: Period): Share[] =>
  shares.filter((share) => beginOf(share) <= endOf(period) && endOf(share) >= beginOf(period));

const beginOf = ({ fromDate }: Pick<Share, 'fromDate'>): string => fromDate ?? earliest;
const endOf = ({ toDate }: Pick<Share, 'toDate'>): string => toDate ?? latest;
const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Whether a changed share is no larger than the old one on any day. */
export const isWithin = (changed: Share, had: Share): boolean =>
  changed.allocationPercent <= had.allocationPercent &&
  (changed.fromDate ?? earliest) >= (had.fromDate ?? earliest) &&
  (changed.toDate ?? latest) <= (had.toDate ?? latest);
