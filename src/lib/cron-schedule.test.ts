import { describe, expect, it } from 'vitest';
import { CronSchedule, isCronExpression } from './cron-schedule.ts';

const at = (text: string): Date => new Date(`2026-11-${text}Z`);
const nightly = new CronSchedule('0 2 * * *', { jitterMs: 0 });
const seed = 'installation';

describe('a cron schedule', () => {
  it('finds the latest time, in UTC', () => {
    expect(nightly.latest(at('20T01:59:59'), seed)).toEqual(at('19T02:00:00'));
    expect(nightly.latest(at('20T02:00:00'), seed)).toEqual(at('20T02:00:00'));
    const yearly = new CronSchedule('30 4 1 3 *', { jitterMs: 0 });
    expect(yearly.latest(at('20T00:00:00'), seed)).toEqual(new Date('2026-03-01T04:30:00Z'));
  });

  it('delays each time by less than the jitter, equally in every process', () => {
    const options = { jitterMs: 3_600_000 };
    const [one, other] = [new CronSchedule('0 2 * * *', options), new CronSchedule('0 2 * * *', options)];
    const time = at('20T02:00:00');
    const begin = one.beginOf(time, seed);
    expect(other.beginOf(time, seed)).toEqual(begin);
    expect(begin.getTime() - time.getTime()).toBeGreaterThanOrEqual(0);
    expect(begin.getTime() - time.getTime()).toBeLessThan(options.jitterMs);
    expect(one.latest(new Date(begin.getTime() - 1), seed)).toEqual(at('19T02:00:00'));
    expect(one.latest(begin, seed)).toEqual(time);
    const begins = [1, 2, 3, 4].map((day) => one.beginOf(at(`0${day}T02:00:00`), seed).getTime() % 86_400_000);
    expect(new Set(begins).size).toBe(4);
  });

  it.each(['daily', '', '* * *', '61 * * * *', '0 0 30 2 *', '0 0 2 * * *'])('refuses %j', (text) => {
    expect(isCronExpression(text)).toBe(false);
  });
});
