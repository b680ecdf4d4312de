import { expect, it } from 'vitest';
import { carryOverEnd, splittingDays } from './carry-over.ts';

const prevented = { periodEnd: '2026-05-31', absentSince: '2026-03-01', returnedOn: '2026-12-15', noticeOn: null };
const long = { periodEnd: '2027-05-31', absentSince: '2026-05-01', returnedOn: null, noticeOn: null };

it('leave that sickness prevented is kept for fifteen months from the notice', () => {
  expect(carryOverEnd({ ...prevented, noticeOn: '2027-01-04' })).toBe('2028-04-04');
  expect(carryOverEnd({ ...prevented, noticeOn: '2027-01-04', months: 18 })).toBe('2028-07-04');
  expect(carryOverEnd(prevented)).toBeNull();
});

it('after an absence of a year it is kept for fifteen months from the end of the period', () => {
  expect(carryOverEnd(long)).toBe('2028-08-31');
  expect(carryOverEnd({ ...long, absentSince: '2026-06-01' })).toBe('2028-08-31');
  expect(carryOverEnd({ ...long, absentSince: '2026-06-02' })).toBeNull();
});

it('and the fifteen months stand still from the return to the notice', () => {
  expect(carryOverEnd({ ...long, returnedOn: '2027-09-01' })).toBeNull();
  expect(carryOverEnd({ ...long, returnedOn: '2027-09-01', noticeOn: '2027-09-11' })).toBe('2028-09-10');
  expect(carryOverEnd({ ...long, returnedOn: '2029-01-01' })).toBe('2028-08-31');
});

it('a split main leave gives one or two days more', () => {
  const ofMain = (inSeason: number) => splittingDays({ inSeason, outside: 24 - inSeason });
  expect([24, 22, 21, 20, 19, 18, 12, 11].map(ofMain)).toEqual([0, 0, 1, 1, 1, 2, 2, 0]);
  expect(splittingDays({ inSeason: 22, outside: 8 })).toBe(0);
});
