import { expect, test } from 'vitest';
import { BoundedStalenessCache } from './bounded-staleness-cache.ts';

/** Answers that say how often they were read, with the clock in the test's hand. */
function believing(missing: readonly number[] = []) {
  let now = 0;
  let reading: Promise<void> | undefined;
  const counts = { single: 0, many: 0 };
  const known = new BoundedStalenessCache<number, string>({
    clock: () => new Date(now),
    forMs: 2_000,
    capacity: 100,
    keyOf: String,
    read: async (asked) => {
      if (missing.includes(asked)) return undefined;
      counts.single++;
      return String(asked);
    },
    readMany: async (asked) => {
      counts.many++;
      await reading;
      return asked.map((one) => (missing.includes(one) ? undefined : `${one} again`));
    },
  });
  const all = Array.from({ length: 40 }, (_, index) => index);
  return {
    known,
    counts,
    getAll: () => Promise.all(all.map((one) => known.get(one))),
    at: (ms: number) => {
      now = ms;
    },
    hold: () => {
      const held = Promise.withResolvers<void>();
      reading = held.promise;
      return held;
    },
  };
}

test('many answers in use are read again together, before they are too old', async () => {
  const { known, counts, getAll, at } = believing();
  await getAll();
  for (let ms = 1_000; ms <= 20_000; ms += 1_000) {
    at(ms);
    await getAll();
  }
  expect(counts).toEqual({ single: 40, many: 20 });
  expect(await known.get(3)).toBe('3 again');
});

test('few are read one by one, when they are asked for', async () => {
  const { known, counts, at } = believing();
  for (let ms = 0; ms <= 4_000; ms += 1_000) {
    at(ms);
    await Promise.all([known.get(1), known.get(2), known.get(1)]);
  }
  expect(counts).toEqual({ single: 6, many: 0 });
});

test('nothing is believed for longer than said', async () => {
  const { known, counts, getAll, at, hold } = believing();
  await getAll();
  at(1_500);
  const held = hold();
  await getAll();
  at(2_000);
  const late = known.get(1);
  held.resolve();
  expect(await late).toBe('1 again');
  expect(counts).toEqual({ single: 40, many: 1 });
  at(3_500);
  await known.get(1);
  expect(counts.single).toBe(41);
});

test('a change while they are read again voids the reading, and one that concerns an answer drops it', async () => {
  const { known, counts, getAll, at, hold } = believing();
  await getAll();
  at(1_500);
  const held = hold();
  await getAll();
  known.drop((value) => value.startsWith('7'));
  held.resolve();
  expect(await known.get(7)).toBe('7');
  expect(counts.single).toBe(41);
  await expect.poll(() => counts.many).toBe(1);
  expect(await known.get(1)).not.toBe('1 again');
  at(2_000);
  await known.get(1);
  expect(counts.single).toBe(42);
});

test('what is gone when it is read again, and what never was, is asked for again', async () => {
  const missing: number[] = [99];
  const { known, counts, getAll, at } = believing(missing);
  expect([await known.get(99), await known.get(99)]).toEqual([undefined, undefined]);
  await getAll();
  missing.push(5);
  at(1_000);
  await getAll();
  await expect.poll(() => known.get(5)).toBeUndefined();
  expect(counts.many).toBe(1);
});

test('copied answers count towards the capacity', async () => {
  const { known } = believing();
  for (let one = 0; one < 150; one++) {
    await known.get(one);
    known.copy(one, 1_000 + one);
  }
  expect(known.counts.kept).toBe(100);
  expect(known.peek(1_149)).toBe('149');
});
