import { describe, expect, it } from 'vitest';
import { spreadHours } from './working-days.ts';

describe('hours over working days', () => {
  it('puts eight hours on each day and the rest on the last', () => {
    expect(spreadHours('19.75', '2004-11-02', '8')).toEqual([
      { day: '2004-11-02', hours: '8' },
      { day: '2004-11-03', hours: '8' },
      { day: '2004-11-04', hours: '3.75' },
    ]);
  });

  it('skips weekends, also at the start', () => {
    expect(spreadHours('16', '2004-11-05', '8').map(({ day }) => day)).toEqual(['2004-11-05', '2004-11-08']);
    expect(spreadHours('1', '2004-11-06', '8')).toEqual([{ day: '2004-11-08', hours: '1' }]);
    expect(spreadHours('1', '2004-11-07', '8')).toEqual([{ day: '2004-11-08', hours: '1' }]);
  });

  it('adds up to the exact total, however large or precise', () => {
    const days = spreadHours('2100.07', '2004-11-02', '7.5');
    expect(days).toHaveLength(281);
    expect(days.reduce((sum, { hours }) => sum + Math.round(Number(hours) * 100), 0)).toBe(210_007);
    expect(days.every(({ day }) => ![0, 6].includes(new Date(day).getUTCDay()))).toBe(true);
  });

  it('yields no days for zero hours', () => {
    expect(spreadHours('0.00', '2004-11-02', '8')).toEqual([]);
  });
});
