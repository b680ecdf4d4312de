import { describe, expect, it } from 'vitest';
import { calendarDays, daysBetween, type WorkCalendar, weekdayOf, workingDaysOf } from './work-days.ts';

const france: WorkCalendar = {
  workingDays: ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY'],
  hoursPerDay: '7',
  publicHolidays: 'FRANCE',
  goodFriday: true,
  holidays: [],
};

const inYear = (calendar: WorkCalendar, year: number) =>
  workingDaysOf(calendar, `${year}-01-01`, `${year}-12-31`).length;

describe('working days', () => {
  it('of France are 252, 254 and 251 in 2026 to 2028, of Alsace-Moselle 251, 253 and 249', () => {
    expect([2026, 2027, 2028].map((year) => inYear(france, year))).toEqual([252, 254, 251]);
    const alsace = { ...france, publicHolidays: 'ALSACE_MOSELLE' as const };
    expect([2026, 2027, 2028].map((year) => inYear(alsace, year))).toEqual([251, 253, 249]);
  });

  it('leave out the calendar’s own holidays, once if they are public ones too', () => {
    const holidays = [
      { day: '2026-12-24', name: 'Bridge' },
      { day: '2026-12-25', name: 'Christmas' },
      { day: '2026-12-26', name: 'On a Saturday' },
    ];
    expect(inYear({ ...france, holidays }, 2026)).toBe(251);
    expect(calendarDays({ ...france, holidays }, '2026-12-23', '2026-12-26')).toEqual([
      { day: '2026-12-23', isWorkingDay: true, holiday: null },
      { day: '2026-12-24', isWorkingDay: false, holiday: 'Bridge' },
      { day: '2026-12-25', isWorkingDay: false, holiday: 'Christmas' },
      { day: '2026-12-26', isWorkingDay: false, holiday: 'On a Saturday' },
    ]);
  });

  it('are the calendar’s days of the week, across the end of a year', () => {
    const partTime = { ...france, workingDays: ['MONDAY', 'THURSDAY'] };
    expect(workingDaysOf(partTime, '2026-12-28', '2027-01-08')).toEqual([
      '2026-12-28',
      '2026-12-31',
      '2027-01-04',
      '2027-01-07',
    ]);
  });

  it('know the weekday of any day, and periods that are empty', () => {
    expect(['1969-12-31', '1970-01-01', '2026-11-30'].map(weekdayOf)).toEqual(['WEDNESDAY', 'THURSDAY', 'MONDAY']);
    expect(daysBetween('2026-03-02', '2026-03-01')).toEqual([]);
  });
});
