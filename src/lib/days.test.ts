import { expect, it } from 'vitest';
import { dayIn, fromDayNumber, toDayNumber } from './days.ts';

it('counts calendar days, over changes of the clock too', () => {
  expect(toDayNumber('1970-01-02')).toBe(1);
  expect(toDayNumber('2026-03-30') - toDayNumber('2026-03-28')).toBe(2);
  expect(fromDayNumber(toDayNumber('2028-02-29'))).toBe('2028-02-29');
});

it('says which day it is where', () => {
  const instant = new Date('2026-11-20T23:30:00Z');
  expect(dayIn('Europe/Paris', instant)).toBe('2026-11-21');
  expect(dayIn('America/New_York', instant)).toBe('2026-11-20');
});
