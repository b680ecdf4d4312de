import { expect, it } from 'vitest';
import { rttDays } from './rtt.ts';

it('days of RTT are 9, 11 and 8 in 2026 to 2028, in Alsace-Moselle 8, 10 and 6', () => {
  const years = [2026, 2027, 2028];
  expect(years.map((year) => rttDays('FRANCE', year))).toEqual([9, 11, 8]);
  expect(years.map((year) => rttDays('ALSACE_MOSELLE', year))).toEqual([8, 10, 6]);
});

it('an agreement on fewer days of work gives more', () => {
  expect(rttDays('FRANCE', 2026, { workDays: 210 })).toBe(17);
  expect(rttDays('FRANCE', 2026, { workDays: 300 })).toBe(0);
});
