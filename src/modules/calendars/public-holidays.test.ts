import { describe, expect, it } from 'vitest';
import { easter, publicHolidays } from './public-holidays.ts';
import { isWeekday } from './work-days.ts';

const onWeekdays = (region: 'FRANCE' | 'ALSACE_MOSELLE', year: number) =>
  [...publicHolidays(region, year).keys()].filter(isWeekday).map((day) => day.slice(5));

describe('public holidays', () => {
  it('follow Easter in any year', () => {
    const sundays = [2026, 2027, 2028, 1961, 2000, 2008, 2038, 2285].map(easter);
    expect(sundays).toEqual([
      ...['2026-04-05', '2027-03-28', '2028-04-16', '1961-04-02', '2000-04-23', '2008-03-23', '2038-04-25'],
      '2285-03-22',
    ]);
  });

  it('of France from Monday to Friday are nine, seven and nine in 2026 to 2028', () => {
    expect([2026, 2027, 2028].map((year) => onWeekdays('FRANCE', year))).toEqual([
      ['01-01', '04-06', '05-01', '05-08', '05-14', '05-25', '07-14', '11-11', '12-25'],
      ['01-01', '03-29', '05-06', '05-17', '07-14', '11-01', '11-11'],
      ['04-17', '05-01', '05-08', '05-25', '06-05', '07-14', '08-15', '11-01', '12-25'],
    ]);
  });

  it('of Alsace-Moselle include Good Friday, if the commune has it, and 26 December', () => {
    const added = (year: number, goodFriday: boolean) => {
      const french = publicHolidays('FRANCE', year);
      return [...publicHolidays('ALSACE_MOSELLE', year, { goodFriday }).keys()].filter((day) => !french.has(day));
    };
    expect([2026, 2027, 2028].map((year) => added(year, true))).toEqual([
      ['2026-04-03', '2026-12-26'],
      ['2027-03-26', '2027-12-26'],
      ['2028-04-14', '2028-12-26'],
    ]);
    expect(added(2026, false)).toEqual(['2026-12-26']);
  });

  it('that fall on one day are one day', () => {
    expect(publicHolidays('FRANCE', 2008).get('2008-05-01')).toBe('Fête du Travail, Ascension');
    expect(publicHolidays('FRANCE', 2008).size).toBe(10);
    expect(publicHolidays('NONE', 2008).size).toBe(0);
  });
});
