import { expect, it } from 'vitest';
import { rateOn } from './rate-on.ts';

const held = (saleRate: string | null, fromDate: string | null, toDate: string | null, profileId = 'ann') => ({
  ...{ profileId, saleRate, fromDate, toDate },
});
const assignments = [
  held('600.00', null, '2026-03-15'),
  held('700.00', '2026-03-10', null),
  held(null, '2026-03-20', null),
  held('900.00', null, null, 'bob'),
];

it.each([
  ['2026-01-01', '600.00'],
  ['2026-03-09', '600.00'],
  ['2026-03-10', '700.00'],
  ['2026-12-31', '700.00'],
])('on %s, the rate that began last is %s', (workDate, rate) =>
  expect(rateOn(assignments, { profileId: 'ann', workDate })).toBe(rate),
);

it('is undefined for a person without a rate on the day', () => {
  expect(rateOn(assignments, { profileId: 'cid', workDate: '2026-03-10' })).toBeUndefined();
  expect(rateOn([held('1', '2026-03-10', null)], { profileId: 'ann', workDate: '2026-03-09' })).toBeUndefined();
});
