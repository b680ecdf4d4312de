import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromDayNumber, toDayNumber } from '../../lib/days.ts';
import { type Absence, accrue, accrueByWeeks, shownDays, wholeDays } from './accrual.ts';
import { daysInMonth, periodOf } from './periods.ts';

const period = { from: '2026-06-01', to: '2027-05-31' };
const always = { from: '2000-01-01', to: '2099-12-31' };
const total = (absences: readonly Absence[], employed = always, daysPerPeriod = 30) =>
  accrue(period, period.to, { daysPerPeriod, employed, absences });
const sick = (from: string, to: string): Absence => ({ from, to, kind: 'SICKNESS' });

describe('paid leave accrues', () => {
  it('2.5 days per month of work, 30 in a period, or 25 jours ouvrés', () => {
    expect([total([]), total([], always, 25)].map(wholeDays)).toEqual([30, 25]);
    const until = (day: string) =>
      shownDays(accrue(period, day, { daysPerPeriod: 30, employed: always, absences: [] }));
    expect(['2026-05-31', '2026-06-15', '2026-06-30', '2026-12-31', '2027-09-30'].map(until)).toEqual([
      ...['0.00', '1.25', '2.50', '17.50', '30.00'],
    ]);
  });

  it('two days per month of sickness, at most 24, beside those of work', () => {
    const shown = (...absences: Absence[]) => [shownDays(total(absences)), wholeDays(total(absences))];
    expect(shown(sick('2026-08-01', '2026-09-30'))).toEqual(['29.00', 29]);
    expect(shown(sick('2026-09-01', '2026-11-30'))).toEqual(['28.50', 29]);
    expect(shown(sick('2026-09-01', '2027-05-31'))).toEqual(['25.50', 26]);
    expect(shown(sick('2026-06-01', '2027-05-31'))).toEqual(['24.00', 24]);
  });

  it('after a work accident as in work, and not while nothing accrues', () => {
    expect(wholeDays(total([{ ...period, kind: 'WORK_ACCIDENT' }]))).toBe(30);
    expect(wholeDays(total([{ ...period, kind: 'NONE' }]))).toBe(0);
  });

  it('from the day of hiring', () => {
    expect(wholeDays(total([], { ...always, from: '2026-10-01' }))).toBe(20);
    expect(wholeDays(total([], { ...always, from: '2028-10-01' }))).toBe(0);
  });

  it('by weeks, four of which are a month', () => {
    expect(accrueByWeeks({ worked: 32, sick: 16 }, 30)).toBe(28);
    expect(accrueByWeeks({ worked: 52 }, 30)).toBe(30);
    expect(accrueByWeeks({ worked: 0, sick: 52 }, 30)).toBe(24);
  });

  it('as a day-by-day account over three years has it', () => {
    const first = toDayNumber('2025-06-01');
    const days = 3 * 365 + 1;
    const kinds = fc.constantFrom('SICKNESS', 'WORK_ACCIDENT', 'NONE', 'WORK', 'WORK');
    const story = fc.record({
      /** Lengths of stretches of one kind, which follow each other. */
      stretches: fc.array(fc.tuple(kinds, fc.integer({ min: 1, max: 200 })), { maxLength: 20 }),
      hired: fc.nat(days),
      daysPerPeriod: fc.constantFrom(30, 25, 10),
      until: fc.nat(days),
    });
    fc.assert(
      fc.property(story, ({ stretches, hired, daysPerPeriod, until }) => {
        const kindOf = stretches.flatMap(([kind, length]) => Array.from({ length }, () => kind)).slice(0, days);
        const absences: Absence[] = [];
        let at = 0;
        for (const [kind, length] of stretches) {
          const [from, to] = [fromDayNumber(first + at), fromDayNumber(first + at + length - 1)];
          if (kind !== 'WORK') absences.push({ from, to, kind });
          at += length;
        }
        const employed = { from: fromDayNumber(first + hired), to: '2099-12-31' };
        for (const year of [2025, 2026, 2027]) {
          const each = periodOf(`${year}-06-01`, 6);
          const exact = accrue(each, fromDayNumber(first + until), { daysPerPeriod, employed, absences });
          // In 1/60 of days times the common multiple of the lengths of months, as whole numbers
          const unit = 60n * 377_580n;
          let [worked, ill] = [0n, 0n];
          for (let day = toDayNumber(each.from); day <= Math.min(toDayNumber(each.to), first + until); day++) {
            if (day < first + hired) continue;
            const [y, m] = fromDayNumber(day).split('-').map(Number) as [number, number];
            const share = (377_580n / BigInt(daysInMonth(y, m))) * BigInt(daysPerPeriod);
            const kind = kindOf[day - first] ?? 'WORK';
            if (kind === 'SICKNESS') ill += share * 4n;
            else if (kind !== 'NONE') worked += share * 5n;
          }
          const most = unit * BigInt(daysPerPeriod);
          const sickMost = (most * 4n) / 5n;
          const counted = worked + (ill < sickMost ? ill : sickMost);
          const expected = counted < most ? counted : most;
          expect(wholeDays(exact)).toBe(Number((expected + unit - 1n) / unit));
          expect(shownDays(exact)).toBe((Number((expected * 200n + unit) / (2n * unit)) / 100).toFixed(2));
        }
      }),
      { numRuns: 150, seed: 7 },
    );
  });
});
