import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromDayNumber, toDayNumber } from '../../../lib/days.ts';
import { calendarDays, type WorkCalendar } from '../../calendars/work-days.ts';
import { shiftByDays, shiftByWorkingDays } from './shift-days.ts';

const france: WorkCalendar = {
  workingDays: ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY'],
  hoursPerDay: '7',
  publicHolidays: 'FRANCE',
  goodFriday: true,
  holidays: [],
};

const known = calendarDays(france, '2010-01-01', '2045-12-31');
let passed = 0;
/** For each day, the working days before it. */
const before = new Map(known.map(({ day, isWorkingDay }) => [day, isWorkingDay ? passed++ : passed]));
const distance = (start: string, day: string): number => before.get(day)! - before.get(start)!;

const anyDay = fc.integer({ min: toDayNumber('2024-01-01'), max: toDayNumber('2029-12-31') }).map(fromDayNumber);

describe('the days of a copied project', () => {
  it('keep their number of working days from the start, and their order', () => {
    fc.assert(
      fc.property(anyDay, anyDay, fc.array(anyDay, { minLength: 1, maxLength: 5 }), (from, to, days) => {
        const shift = shiftByWorkingDays(france, { from, to }, days);
        for (const day of days) {
          expect(distance(to, shift(day))).toBe(distance(from, day));
          expect(calendarDays(france, shift(day), shift(day))[0]!.isWorkingDay).toBe(true);
        }
        const sorted = days.toSorted();
        expect(sorted.map(shift)).toEqual(sorted.map(shift).toSorted());
      }),
      { numRuns: 100 },
    );
  });

  it('move by as many days as the start', () => {
    const shift = shiftByDays({ from: '2026-03-02', to: '2026-05-04' });
    expect(['2026-02-28', '2026-03-14', '2027-03-02'].map(shift)).toEqual(['2026-05-02', '2026-05-16', '2027-05-04']);
  });

  it('neither leave the calendar nor lie too far from the start', () => {
    const starts = { from: '2026-01-01', to: '2199-12-01' };
    const problem = { code: 'BAD_INPUT', details: expect.objectContaining({ field: 'input.startDate' }) };
    expect(() => shiftByDays(starts)('2026-03-01')).toThrow(expect.objectContaining(problem));
    const shift = shiftByWorkingDays(france, starts, ['2026-03-01']);
    expect(() => shift('2026-03-01')).toThrow(expect.objectContaining(problem));
    for (const far of ['2005-12-31', '2047-01-01'])
      expect(() => shiftByWorkingDays(france, starts, [far])).toThrow(
        expect.objectContaining({ code: 'INVALID_STATE' }),
      );
  });

  it('are refused if the calendar has too few working days', () => {
    const daysOff = Array.from({ length: 400 }, (_, n) => ({
      day: fromDayNumber(toDayNumber('2030-01-01') + n),
      name: '',
    }));
    const starts = { from: '2026-01-01', to: '2030-01-01' };
    const shift = shiftByWorkingDays({ ...france, holidays: daysOff }, starts, ['2026-02-01']);
    expect(() => shift('2026-02-01')).toThrow(expect.objectContaining({ code: 'INVALID_STATE' }));
  });
});
