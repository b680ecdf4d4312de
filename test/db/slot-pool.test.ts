import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { freshBytes } from '../../src/db/backend-memory.ts';
import { toAppError } from '../../src/db/pg-errors.ts';
import { SlotPool, type SlotPoolOptions } from '../../src/db/slot-pool.ts';
import { createKeyedDatabase, items, type KeyedDatabase } from './keyed-database.ts';
import { Wire } from './wire.ts';

let database: KeyedDatabase;

beforeAll(async () => {
  database = await createKeyedDatabase(6);
});

afterAll(() => database[Symbol.asyncDispose]());

function poolOf(options: Partial<SlotPoolOptions>): SlotPool {
  const pool = new SlotPool({ url: database.appUrl, size: 2, ...options });
  onTestFinished(() => pool[Symbol.asyncDispose]());
  return pool;
}

async function markerOf(pool: SlotPool, key: string, seconds = 0): Promise<string | undefined> {
  const session = database.read(pool, key);
  try {
    const [row] = await session.db.execute<{ marker: string }>(sql`select marker, pg_sleep(${seconds}) from items`);
    await session.commit();
    return row?.marker;
  } catch (error) {
    await session.rollback();
    throw error;
  }
}

const errorOf = async (work: Promise<unknown>) => {
  try {
    await work;
    return undefined;
  } catch (error) {
    return toAppError(error);
  }
};

test('with every slot taken, a waiter is told to retry when its waiting time is over', async () => {
  const pool = poolOf({ size: 1, waitMs: 1_000 });
  const holder = database.write(pool, 'k0');
  await holder.db.select().from(items);
  const began = performance.now();
  const errors = await Promise.all(['k1', 'k2', 'k0'].map((key) => errorOf(markerOf(pool, key))));
  const took = performance.now() - began;
  for (const error of errors) expect(error).toMatchObject({ code: 'UNAVAILABLE', details: { retryAfter: 1 } });
  expect(took).toBeGreaterThan(990);
  await holder.commit();
  expect(await markerOf(pool, 'k1')).toBe('k1');
  expect(pool.stats().waiting).toBe(0);
});

test('64 slow queries of one key leave slots for the others', async () => {
  const pool = poolOf({ size: 4, waitMs: 60_000 });
  const holders = [database.read(pool, 'k0'), database.read(pool, 'k0')];
  await Promise.all(holders.map(({ db }) => db.select().from(items)));
  let slowDone = 0;
  const slow = Array.from({ length: 62 }, () => markerOf(pool, 'k0').then(() => slowDone++));
  await expect.poll(() => pool.stats()).toMatchObject({ busy: 2, waiting: 62 });
  const quick = ['k1', 'k2', 'k3', 'k4', 'k5', 'k1', 'k2', 'k3', 'k4', 'k5'];
  expect(await Promise.all(quick.map((key) => markerOf(pool, key)))).toEqual(quick);
  expect(slowDone).toBe(0);
  await Promise.all(holders.map((holder) => holder.commit()));
  await Promise.all(slow);
  expect(slowDone).toBe(62);
});

test('with a single slot, keys take turns', async () => {
  const pool = poolOf({ size: 1 });
  const order: string[] = [];
  const ask = (key: string) => markerOf(pool, key).then(() => order.push(key));
  const holder = database.read(pool, 'k5');
  await holder.db.select().from(items);
  const greedy = Array.from({ length: 20 }, () => ask('k0'));
  await expect.poll(() => pool.stats().waiting).toBe(20);
  const modest = ['k1', 'k2', 'k3'].map(ask);
  await expect.poll(() => pool.stats().waiting).toBe(23);
  await holder.commit();
  await Promise.all([...greedy, ...modest]);
  expect(order.slice(0, 5)).toEqual(['k0', 'k1', 'k2', 'k3', 'k0']);
});

test('a key comes back to the slot that served it', async () => {
  const pool = poolOf({ size: 3 });
  const pids = new Map<string, Set<number>>();
  for (let round = 0; round < 10; round++) {
    for (const key of ['k0', 'k1', 'k2']) {
      const session = database.read(pool, key);
      const [row] = await session.db.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
      await session.commit();
      await expect.poll(() => pool.stats()).toMatchObject({ busy: 0, opening: 0 });
      pids.set(key, (pids.get(key) ?? new Set()).add(row!.pid));
    }
  }
  expect([...pids.values()].map((set) => set.size)).toEqual([1, 1, 1]);
  expect(new Set([...pids.values()].flatMap((set) => [...set])).size).toBe(3);
  expect(pool.stats()).toMatchObject({ opened: 3, misses: 3, hits: 27 });
});

test.each([
  [{ maxAgeMs: 0 }, 5],
  [{ slotBytes: 1 }, 5],
  [{ slotBytes: freshBytes + 150_000 }, 2],
])('a slot that is old or has grown is replaced once its successor is open: %j', async (limit, opened) => {
  const pool = poolOf({ size: 1, ...limit });
  for (const key of ['k0', 'k1', 'k2', 'k3']) {
    expect(await markerOf(pool, key)).toBe(key);
    await expect.poll(() => pool.stats()).toMatchObject({ busy: 0, opening: 0, idle: 1 });
  }
  expect(pool.stats()).toMatchObject({ opened, recycled: opened - 1, discarded: 0 });
});

test('a worn slot is closed if no successor can be opened, and replaced on demand', async () => {
  await using wire = await Wire.to(database.appUrl);
  await using pool = new SlotPool({ url: wire.url, size: 1, slotBytes: 1 });
  const session = database.read(pool, 'k0');
  await session.db.select().from(items);
  wire.refuseMore();
  await session.commit();
  await expect.poll(() => pool.stats()).toMatchObject({ idle: 0, recycled: 1, opened: 1 });
  await wire.reopen();
  expect(await markerOf(pool, 'k0')).toBe('k0');
});

test('a session waits a short time for a slot that knows its key, then takes another', async () => {
  const pool = poolOf({ size: 2, maxPerKey: 2 });
  const known = database.read(pool, 'k0');
  await known.db.select().from(items);
  await expect.poll(() => pool.stats()).toMatchObject({ opening: 0, idle: 1 });
  expect(await markerOf(pool, 'k0')).toBe('k0');
  expect(pool.stats()).toMatchObject({ hits: 0, misses: 2 });
  const other = markerOf(pool, 'k1', 0.02);
  const back = markerOf(pool, 'k0');
  await known.commit();
  expect(await Promise.all([other, back])).toEqual(['k1', 'k0']);
  expect(pool.stats()).toMatchObject({ hits: 1, misses: 3 });
});

test('an idle connection that dies is replaced untracked', async () => {
  const pool = poolOf({ size: 1 });
  for (let round = 0; round < 10; round++) {
    expect(await markerOf(pool, 'k0')).toBe('k0');
    await expect.poll(() => pool.stats().idle).toBe(1);
    await database.killAll();
    await expect.poll(() => pool.stats().idle).toBe(0);
  }
  expect(pool.stats()).toMatchObject({ discarded: 10 });
});

test('while the server is down callers fail at once, and are served as soon as it is back', async () => {
  await using wire = await Wire.to(database.appUrl);
  await using pool = new SlotPool({ url: wire.url, size: 2, waitMs: 120_000 });
  expect(await markerOf(pool, 'k0')).toBe('k0');
  await wire.close();
  for (let round = 0; round < 5; round++) {
    const error = await errorOf(markerOf(pool, 'k0'));
    expect(['UNAVAILABLE', 'CONNECTION_LOST']).toContain(error?.code);
    expect(error?.details.retryAfter).toBe(1);
  }
  await wire.reopen();
  await expect.poll(() => markerOf(pool, 'k0').catch(() => undefined)).toBe('k0');
  expect(await Promise.all(['k1', 'k2', 'k3'].map((key) => markerOf(pool, key)))).toEqual(['k1', 'k2', 'k3']);
});

test('a server that does not answer while connecting costs at most the waiting time', async () => {
  await using wire = await Wire.to(database.appUrl);
  wire.fallSilent();
  await using pool = new SlotPool({ url: wire.url, size: 1, waitMs: 200 });
  expect(await errorOf(markerOf(pool, 'k0'))).toMatchObject({ code: 'UNAVAILABLE' });
});

test('a rejected login is UNAVAILABLE too, and the reason is kept for the log', async () => {
  const url = new URL(database.appUrl);
  url.pathname = '/no_such_database';
  const pool = poolOf({ url: url.href });
  const error = await errorOf(markerOf(pool, 'k0'));
  expect(error).toMatchObject({ code: 'UNAVAILABLE', details: { retryAfter: 1 } });
  expect(String(error?.cause)).toMatch(/no_such_database/);
});

test('a network that fails under load loses requests, but never mixes up answers', async () => {
  await using wire = await Wire.to(database.appUrl);
  await using pool = new SlotPool({ url: wire.url, size: 4, waitMs: 3_000 });
  const strangers: unknown[] = [];
  const codes = new Set<string | undefined>();
  const until = performance.now() + 2_000;
  let served = 0;
  const worker = async (key: string): Promise<void> => {
    while (performance.now() < until || served <= 100) {
      try {
        const marker = await markerOf(pool, key);
        served++;
        if (marker !== key) strangers.push(marker);
      } catch (error) {
        codes.add(toAppError(error)?.code);
      }
    }
  };
  // A cut waits until something was served since the last one: on a loaded machine connecting takes longer than that.
  let servedAtCut = -1;
  const cutter = setInterval(() => {
    if (served === servedAtCut) return;
    servedAtCut = served;
    wire.cut();
  }, 40);
  await Promise.all(database.keys.flatMap((key) => [worker(key), worker(key)]));
  clearInterval(cutter);
  expect(strangers).toEqual([]);
  expect([...codes].filter((code) => code !== 'CONNECTION_LOST' && code !== 'UNAVAILABLE')).toEqual([]);
  expect(served).toBeGreaterThan(100);
  await expect.poll(() => markerOf(pool, 'k0').catch(() => undefined)).toBe('k0');
});

test('stopping waits for running sessions and refuses new ones', async () => {
  const pool = poolOf({ size: 2 });
  const session = database.write(pool, 'k0');
  await session.db.insert(items).values({ id: 1, marker: 'k0', note: 'drained' });
  const stopped = pool[Symbol.asyncDispose]();
  expect(await errorOf(markerOf(pool, 'k1'))).toMatchObject({ code: 'UNAVAILABLE' });
  await session.db.update(items).set({ note: 'still saved' }).where(eq(items.id, 1));
  await session.commit();
  await stopped;
  expect(await database.notes('k0')).toContain('still saved');
  expect(pool.stats()).toMatchObject({ idle: 0, busy: 0, waiting: 0 });
});

test('stopping does not wait forever', async () => {
  const pool = poolOf({ size: 1, drainMs: 100 });
  const session = database.write(pool, 'k0');
  await session.db.insert(items).values({ id: 2, marker: 'k0', note: 'stuck' });
  await pool[Symbol.asyncDispose]();
  expect(await errorOf(session.commit())).toMatchObject({ code: 'CONNECTION_LOST' });
  expect(await database.notes('k0')).not.toContain('stuck');
});
