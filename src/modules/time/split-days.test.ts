import { describe, expect, it, vi } from 'vitest';
import { dayIn } from '../../lib/days.ts';
import { hoursOfDay, splitDays } from './split-days.ts';

const split = (timeZone: string, start: string, end: string) => splitDays(timeZone, new Date(start), new Date(end));

describe('splitting work into days', () => {
  it('keeps work of one day together, to two digits', () => {
    expect(split('Europe/Paris', '2026-03-10T08:00:00Z', '2026-03-10T09:20:00Z')).toEqual([
      { workDate: '2026-03-10', hours: '1.33' },
    ]);
  });

  it('splits at midnight of the time zone, not of UTC', () => {
    expect(split('Europe/Paris', '2026-03-10T22:00:00Z', '2026-03-11T00:30:00Z')).toEqual([
      { workDate: '2026-03-10', hours: '1.00' },
      { workDate: '2026-03-11', hours: '1.50' },
    ]);
    expect(split('America/New_York', '2026-03-10T22:00:00Z', '2026-03-11T00:30:00Z')).toEqual([
      { workDate: '2026-03-10', hours: '2.50' },
    ]);
    expect(split('Asia/Kathmandu', '2026-03-10T18:00:00Z', '2026-03-10T18:30:00Z')).toEqual([
      { workDate: '2026-03-10', hours: '0.25' },
      { workDate: '2026-03-11', hours: '0.25' },
    ]);
  });

  it('knows that days are 23 or 25 hours long when clocks change', () => {
    expect(split('Europe/Paris', '2026-03-28T22:00:00Z', '2026-03-29T23:00:00Z').map(({ hours }) => hours)).toEqual([
      '1.00',
      '23.00',
      '1.00',
    ]);
    expect(split('Europe/Paris', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z')).toEqual([
      { workDate: '2026-10-25', hours: '25.00' },
    ]);
  });

  it('handles days that begin at one in the morning', () => {
    expect(split('Africa/Cairo', '2026-04-23T21:00:00Z', '2026-04-23T23:00:00Z')).toEqual([
      { workDate: '2026-04-23', hours: '1.00' },
      { workDate: '2026-04-24', hours: '1.00' },
    ]);
  });

  it('drops a few seconds after midnight, and yields one day of 0.00 for no time at all', () => {
    expect(split('UTC', '2026-03-10T23:00:00Z', '2026-03-11T00:00:05Z')).toEqual([
      { workDate: '2026-03-10', hours: '1.00' },
    ]);
    expect(split('UTC', '2026-03-10T23:00:00Z', '2026-03-10T23:00:00Z')).toEqual([
      { workDate: '2026-03-10', hours: '0.00' },
    ]);
  });

  it('knows the current day of each time zone', () => {
    expect(dayIn('Pacific/Auckland', new Date('2026-01-01T12:00:00Z'))).toBe('2026-01-02');
    expect(dayIn('Pacific/Honolulu', new Date('2026-01-01T09:00:00Z'))).toBe('2025-12-31');
  });
});

describe('the hours of a day', () => {
  it.each([
    ['Europe/Paris', '2026-03-29', 23],
    ['Europe/Paris', '2026-06-01', 24],
    ['Europe/Paris', '2026-10-25', 25],
    ['Australia/Lord_Howe', '2026-04-05', 24.5],
    ['Antarctica/Troll', '2026-10-25', 26],
    ['Africa/Cairo', '2026-04-24', 23],
    ['Pacific/Apia', '2011-12-30', 0],
    ['Pacific/Kiritimati', '2026-01-01', 24],
    ['Etc/GMT+12', '2026-01-01', 24],
    ['UTC', '1900-01-01', 24],
    ['America/New_York', '2199-12-31', 24],
  ])('in %s on %s are %d', (timeZone, day, hours) => expect(hoursOfDay(timeZone, day)).toBe(hours));

  it('are found with a bounded number of calendar computations, for any date', () => {
    const format = vi.spyOn(Intl.DateTimeFormat.prototype as { readonly format: unknown }, 'format', 'get');
    hoursOfDay('Asia/Tokyo', '2100-07-01');
    expect(format.mock.calls.length).toBeLessThan(60);
    format.mockClear();
    splitDays('Asia/Tokyo', new Date('2100-07-01T00:00:00Z'), new Date('2100-08-01T00:00:00Z'));
    expect(format.mock.calls.length).toBeLessThan(32 * 30);
    format.mockRestore();
  });

  it('are not split over more than 31 days, each of which takes a step', () => {
    expect(() => split('UTC', '1500-01-01T00:00:00Z', '2026-01-01T00:00:00Z')).toThrow('More than 31 days');
  });
});
