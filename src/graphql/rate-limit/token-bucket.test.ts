import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Grant, type Lease, TokenBucket } from './token-bucket.ts';

/** The shared bucket, as the statement of `leasePoints` computes it. */
class SharedBucket {
  #fullAt = 0;

  lease({ points, restoreRate, wanted }: Lease, now: number): Grant {
    const left = Math.floor(points - (Math.max(0, this.#fullAt - now) / 1000) * restoreRate);
    const granted = Math.max(0, Math.min(wanted, left));
    this.#fullAt = Math.max(this.#fullAt, now) + (granted / restoreRate) * 1000;
    return { granted, fullAt: this.#fullAt };
  }
}

const size = { points: 100, restoreRate: 10 };
const step = fc.record({
  process: fc.nat({ max: 2 }),
  points: fc.integer({ min: 1, max: 30 }),
  waitMs: fc.oneof(fc.constant(0), fc.nat({ max: 3_000 }), fc.nat({ max: 30_000 })),
});

it('never serves more than the bucket holds and gets back, whatever the processes ask for', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const shared = new SharedBucket();
      const processes = [0, 1, 2].map(() => new TokenBucket('key x', 'key', size));
      let now = 1_000_000;
      const served: { at: number; points: number }[] = [];
      for (const { process, points, waitMs } of steps) {
        now += waitMs;
        const bucket = processes[process]!;
        if (!bucket.spend(points, now)) {
          if (bucket.isTooEmptyFor(points, now)) {
            expect(bucket.refusal(points, now)).toMatchObject({ code: 'RATE_LIMITED' });
            continue;
          }
          const answer = bucket.wait(points).then(
            () => true,
            () => false,
          );
          bucket.granted(shared.lease(bucket.lease(), now), now);
          if (!(await answer)) continue;
        }
        served.push({ at: now, points });
      }
      // A process may still hold a portion that it leased earlier, and spends it in addition to what the bucket grants
      // now
      const most = (ms: number) => size.points + (ms / 1000) * size.restoreRate + 3 * 30;
      for (const [index, { at }] of served.entries()) {
        let sum = 0;
        for (const later of served.slice(index)) {
          sum += later.points;
          expect(sum).toBeLessThanOrEqual(most(later.at - at));
        }
      }
    }),
  );
});

it('is usable again after operations that took more than it can hold, as it fills', () => {
  const shared = new SharedBucket();
  const bucket = new TokenBucket('key x', 'key', size);
  bucket.add(-250);
  let now = 1_000_000;
  const refusedUntil = () => {
    while (bucket.isTooEmptyFor(60, now)) {
      if (bucket.canRepay(now)) bucket.granted(shared.lease(bucket.lease(), now), now);
      now += 1_000;
      if (now > 1_100_000) throw new Error('refused for ever');
    }
    return now - 1_000_000;
  };
  // 100 points at once, 210 more at 10 a second
  expect(refusedUntil()).toBeGreaterThanOrEqual(20_000);
  expect(now - 1_000_000).toBeLessThanOrEqual(30_000);
});

it('serves those who wait in their order, and refuses those for whom nothing is left', async () => {
  const bucket = new TokenBucket('key x', 'key', size);
  const outcomes: string[] = [];
  const ask = (name: string, points: number) =>
    bucket.wait(points).then(
      () => outcomes.push(name),
      ({ details }) => outcomes.push(`${name} after ${details.retryAfter} s`),
    );
  const all = [ask('a', 60), ask('b', 50), ask('c', 40)];
  expect(bucket.lease()).toMatchObject({ wanted: 100 });
  bucket.granted({ granted: 100, fullAt: 10_000 }, 0);
  await Promise.all(all);
  expect(new Set(outcomes)).toEqual(new Set(['a', 'b after 1 s', 'c']));
});

it('makes later callers pay for database time above the estimate', () => {
  const bucket = new TokenBucket('key x', 'key', size);
  void bucket.wait(10);
  bucket.granted({ granted: 10, fullAt: 1_000 }, 0);
  bucket.add(-25);
  expect([bucket.spend(1, 0), bucket.available(0)]).toEqual([false, 65]);
  void bucket.wait(1);
  expect(bucket.lease()).toMatchObject({ wanted: 26 });
});
