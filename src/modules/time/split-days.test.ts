import { describe, expect, it } from 'vitest';
import { dayIn, splitDays } from './split-days.ts';

const split = (timeZone: string, start: string, end: string) => splitDays(timeZone, new Date(start), new Date(end));

describe('splitting work into days', () => {
  it('keeps work of one day whole, to two digits', () => {
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

  it('knows days that begin at one in the morning', () => {
    expect(split('Africa/Cairo', '2026-04-23T21:00:00Z', '2026-04-23T23:00:00Z')).toEqual([
      { workDate: '2026-04-23', hours: '1.00' },
      { workDate: '2026-04-24', hours: '1.00' },
    ]);
  });

  it('makes nothing of seconds beyond midnight, and one empty day of no time at all', () => {
    expect(split('UTC', '2026-03-10T23:00:00Z', '2026-03-11T00:00:05Z')).toEqual([
      { workDate: '2026-03-10', hours: '1.00' },
    ]);
    expect(split('UTC', '2026-03-10T23:00:00Z', '2026-03-10T23:00:00Z')).toEqual([
      { workDate: '2026-03-10', hours: '0.00' },
    ]);
  });

  it('says which day it is where', () => {
    expect(dayIn('Pacific/Auckland', new Date('2026-01-01T12:00:00Z'))).toBe('2026-01-02');
    expect(dayIn('Pacific/Honolulu', new Date('2026-01-01T09:00:00Z'))).toBe('2025-12-31');
  });
});
