/** A balance that leave draws on. */
export interface Supply {
  id: string;
  periodStart: string;
  usableUntil: string;
  /** Accrued and adjusted days. */
  days: number;
}

/** Leave that draws on balances: its parts by day. */
export interface Demand {
  id: string;
  days: readonly { day: string; part: number }[];
}

export interface Allocation {
  /** What remains of each balance. */
  remaining: Map<string, number>;
  /** Days of each demand that no balance covers. */
  uncovered: Map<string, number>;
}

/**
 * Takes the days of leave from the balances, demand by demand in the given order. Each day draws on the balances that
 * can be used on it, beginning with those that expire first.
 */
export function allocate(supplies: readonly Supply[], demands: readonly Demand[]): Allocation {
  const byEnd = [...supplies].sort((a, b) =>
    a.usableUntil === b.usableUntil ? compare(a.periodStart, b.periodStart) : compare(a.usableUntil, b.usableUntil),
  );
  const remaining = new Map(byEnd.map(({ id, days }) => [id, days]));
  const uncovered = new Map<string, number>();
  for (const { id, days } of demands) {
    let missing = 0;
    for (const { day, part } of days) missing += take(byEnd, remaining, day, part);
    uncovered.set(id, missing);
  }
  return { remaining, uncovered };
}

const compare = (a: string, b: string): number => Number(a > b) - Number(a < b);

/** Takes a part of a day; returns what no balance covers. */
function take(supplies: readonly Supply[], remaining: Map<string, number>, day: string, part: number): number {
  let wanted = part;
  for (const { id, periodStart, usableUntil } of supplies) {
    if (wanted === 0 || day < periodStart || day > usableUntil) continue;
    const taken = Math.min(wanted, Math.max(remaining.get(id)!, 0));
    remaining.set(id, remaining.get(id)! - taken);
    wanted -= taken;
  }
  return wanted;
}
