import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWithin, joinedPeriods, peakAllocation, type Share } from './peak-allocation.ts';

const share = (allocationPercent: number, fromDate: string | null, toDate: string | null): Share => ({
  allocationPercent,
  fromDate,
  toDate,
});

describe('the peak of allocations', () => {
  it('is 0 without shares', () => {
    expect(peakAllocation([], { fromDate: '2026-01-01', toDate: null })).toEqual({ percent: 0, day: '2026-01-01' });
  });

  it('does not add up consecutive shares', () => {
    const shares = [share(60, '2026-01-01', '2026-01-31'), share(60, '2026-02-01', '2026-02-28')];
    expect(peakAllocation(shares, { fromDate: null, toDate: null }).percent).toBe(60);
  });

  it('adds up shares with a common day, and returns that day', () => {
    const shares = [share(60, '2026-01-01', '2026-02-01'), share(50, '2026-02-01', null)];
    expect(peakAllocation(shares, { fromDate: null, toDate: null })).toEqual({ percent: 110, day: '2026-02-01' });
  });

  it('considers only the period', () => {
    const shares = [share(60, '2026-01-01', '2026-02-01'), share(50, '2026-02-01', null)];
    expect(peakAllocation(shares, { fromDate: '2026-02-02', toDate: null })).toEqual({
      percent: 50,
      day: '2026-02-02',
    });
    expect(peakAllocation(shares, { fromDate: null, toDate: '2026-01-31' }).percent).toBe(60);
  });

  it('treats open ends as before and after every day', () => {
    const shares = [share(30, null, null), share(40, null, '2026-01-01'), share(50, '2026-01-02', null)];
    expect(peakAllocation(shares, { fromDate: null, toDate: null })).toEqual({ percent: 80, day: '2026-01-02' });
    expect(peakAllocation(shares, { fromDate: null, toDate: '2026-01-01' })).toEqual({ percent: 70, day: null });
  });
});

/** An independent computation: adds up all shares on every day on which a share begins. */
function peakByDays(shares: readonly Share[], { fromDate, toDate }: Omit<Share, 'allocationPercent'>): number {
  const [start, end] = [fromDate ?? '', toDate ?? '~'];
  const days = [start, ...shares.map((each) => each.fromDate ?? '').filter((day) => day > start && day <= end)];
  const sums = days.map((day) =>
    shares
      .filter((each) => (each.fromDate ?? '') <= day && day <= (each.toDate ?? '~'))
      .reduce((sum, { allocationPercent }) => sum + allocationPercent, 0),
  );
  return Math.max(0, ...sums);
}

const anyDay = fc.option(fc.integer({ min: 1, max: 9 }).map((day) => `2026-01-0${day}`));

it('the peak of allocations equals that of a simple computation, for all shares', () => {
  const anyShare = fc.record({ allocationPercent: fc.integer({ min: 1, max: 100 }), fromDate: anyDay, toDate: anyDay });
  const valid = anyShare.filter(({ fromDate, toDate }) => !fromDate || !toDate || fromDate <= toDate);
  fc.assert(
    fc.property(fc.array(valid, { maxLength: 12 }), anyDay, anyDay, (shares, from, to) => {
      const [fromDate, toDate] = from && to && from > to ? [to, from] : [from, to];
      const period = { fromDate, toDate };
      expect(peakAllocation(shares, period).percent).toBe(peakByDays(shares, period));
    }),
  );
});

it('joined periods cover the days of all periods, without overlaps', () => {
  const anyPeriod = fc.record({ fromDate: anyDay, toDate: anyDay });
  const valid = anyPeriod.filter(({ fromDate, toDate }) => !fromDate || !toDate || fromDate <= toDate);
  const days = Array.from({ length: 11 }, (_, day) => `2026-01-${String(day).padStart(2, '0')}`);
  const covers = (day: string) => (each: Omit<Share, 'allocationPercent'>) =>
    (each.fromDate ?? '') <= day && day <= (each.toDate ?? '~');
  fc.assert(
    fc.property(fc.array(valid, { maxLength: 6 }), (periods) => {
      const joined = joinedPeriods(periods);
      for (const day of days) expect(joined.filter(covers(day)).length).toBe(Number(periods.some(covers(day))));
    }),
  );
});

describe('a changed share', () => {
  const had = share(50, '2026-01-01', '2026-06-30');

  it.each([
    ['the same', had, true],
    ['smaller', share(40, '2026-01-01', '2026-06-30'), true],
    ['shorter', share(50, '2026-02-01', '2026-03-31'), true],
    ['larger', share(60, '2026-01-01', '2026-06-30'), false],
    ['earlier', share(10, '2025-12-31', '2026-06-30'), false],
    ['longer', share(10, '2026-01-01', null), false],
  ])('is within the old share: %s', (_how, changed, within) => {
    expect(isWithin(changed, had)).toBe(within);
  });
});
