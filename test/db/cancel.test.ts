import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { toAppError } from '../../src/db/pg-errors.ts';
import { Session } from '../../src/db/session.ts';
import { SlotPool } from '../../src/db/slot-pool.ts';
import { createKeyedDatabase, items, type KeyedDatabase, limits, relations } from './keyed-database.ts';
import { Wire } from './wire.ts';

let database: KeyedDatabase;
let wire: Wire;
const uncaught: unknown[] = [];
const keep = (error: unknown): number => uncaught.push(error);

beforeAll(async () => {
  process.on('uncaughtException', keep).on('unhandledRejection', keep);
  database = await createKeyedDatabase(3);
  wire = await Wire.to(database.appUrl);
});

afterAll(async () => {
  await wire[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
  process.off('uncaughtException', keep).off('unhandledRejection', keep);
  expect(uncaught).toEqual([]);
});

function poolOf(url: string, size: number, prepare = true): SlotPool {
  const pool = new SlotPool({ url, size, prepare });
  onTestFinished(() => pool[Symbol.asyncDispose]());
  return pool;
}

/** Starts the work now; gives the code of its failure. */
const codeOf = async (work: PromiseLike<unknown>): Promise<string | undefined> => {
  try {
    await work;
    return undefined;
  } catch (error) {
    return toAppError(error)?.code ?? String(error);
  }
};
const started = (work: PromiseLike<unknown>): Promise<string | undefined> => codeOf(work.then());
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test('none of 500 cancelled requests cancels or breaks the next one on its slot', async () => {
  const pool = poolOf(wire.url, 1);
  // The request is passed on at any time from at once to when its statement has long ended
  wire.beforeCancel = () => pause(Math.random() * 4);
  const codes = new Map<string | undefined, number>();
  const broken: unknown[] = [];
  // On a slow machine few are in time: more rounds then
  const wanted = 26;
  const isEnough = () => (codes.get('CANCELLED') ?? 0) >= wanted && wire.cancels >= wanted;
  for (let round = 0; round < 500 || (!isEnough() && round < 5_000); round++) {
    const controller = new AbortController();
    const cancelled = database.read(pool, 'k0', controller.signal);
    const long = started(cancelled.db.execute(sql`select pg_sleep(${Math.random() * 0.015}), marker from items`));
    setTimeout(() => controller.abort(), Math.random() * 8);
    const next = database.write(pool, 'k1');
    const rows = next.db
      .execute<{ marker: string }>(sql`select marker, pg_sleep(${0.004}) from items where id = ${0}`)
      .then(async ([row]) => {
        await next.commit();
        return row?.marker;
      });
    const code = await long;
    codes.set(code, (codes.get(code) ?? 0) + 1);
    await cancelled.commit().catch(() => {});
    const marker = await rows.catch((error: unknown) => error);
    await next.rollback();
    if (marker !== 'k1') broken.push(marker);
  }
  expect(broken).toEqual([]);
  expect([...codes.keys()].filter((code) => code !== undefined && code !== 'CANCELLED')).toEqual([]);
  expect(isEnough()).toBe(true);
  expect(pool.stats()).toMatchObject({ quarantined: 0, busy: 0 });
  expect(pool.stats().opened).toBe(1);
});

test('while a cancel is in progress, the slot is quarantined and still counts for its key', async () => {
  const pool = poolOf(wire.url, 1);
  const held = Promise.withResolvers<void>();
  wire.beforeCancel = () => held.promise;
  const controller = new AbortController();
  const session = database.write(pool, 'k0', controller.signal);
  await session.db.insert(items).values({ id: 1, marker: 'k0', note: 'cancelled' });
  const running = codeOf(session.db.execute(sql`select pg_sleep(0.2)`));
  await expect.poll(() => session.statements).toBe(2);
  controller.abort();
  const next = database.read(pool, 'k1');
  const marker = next.db
    .select({ marker: items.marker })
    .from(items)
    .then(([row]) => row?.marker);
  // The statement ends by itself long before the cancel arrives
  expect(await running).toBeUndefined();
  expect(pool.stats()).toMatchObject({ quarantined: 1, busy: 0, waiting: 1 });
  held.resolve();
  expect(await marker).toBe('k1');
  await next.commit();
  expect(await codeOf(session.commit())).toBe('CANCELLED');
  expect(await database.notes('k0')).not.toContain('cancelled');
  expect(pool.stats()).toMatchObject({ opened: 1, discarded: 0 });
});

test('an undeliverable cancel closes the connection and does not affect the next request', async () => {
  const pool = poolOf(wire.url, 1);
  wire.beforeCancel = () => new Promise(() => {});
  const controller = new AbortController();
  const session = database.read(pool, 'k0', controller.signal);
  const running = codeOf(session.db.execute(sql`select pg_sleep(4)`));
  await expect.poll(() => pool.stats().busy).toBe(1);
  controller.abort();
  const next = database.read(pool, 'k1');
  expect(await next.db.select({ marker: items.marker }).from(items)).toEqual([{ marker: 'k1' }]);
  await next.commit();
  expect(await running).toBe('CANCELLED');
  await session.rollback();
  expect(pool.stats()).toMatchObject({ opened: 2, discarded: 1, quarantined: 0 });
});

test('behind a pooler a slot is not used again after a cancel', async () => {
  const pool = poolOf(database.appUrl, 1, false);
  const controller = new AbortController();
  const session = database.read(pool, 'k0', controller.signal);
  const running = codeOf(session.db.execute(sql`select pg_sleep(${4})`));
  await expect.poll(() => pool.stats().busy).toBe(1);
  controller.abort();
  expect(await running).toBe('CANCELLED');
  await session.rollback();
  await expect.poll(() => pool.stats()).toMatchObject({ discarded: 1, quarantined: 0 });
});

test('a caller that goes away while connecting or waiting takes no slot and cancels nothing', async () => {
  const pool = poolOf(wire.url, 1);
  const cancelsBefore = wire.cancels;
  const connecting = new AbortController();
  const first = database.read(pool, 'k0', connecting.signal);
  const opening = codeOf(first.db.select().from(items));
  await expect.poll(() => first.bound).toBe(true);
  connecting.abort();
  expect(await opening).toBe('CANCELLED');

  const holder = database.read(pool, 'k1');
  await holder.db.select().from(items);
  const waiting = new AbortController();
  const second = database.read(pool, 'k2', waiting.signal);
  const queued = codeOf(second.db.select().from(items));
  await expect.poll(() => pool.stats().waiting).toBe(1);
  waiting.abort();
  expect(await queued).toBe('CANCELLED');
  expect(pool.stats()).toMatchObject({ waiting: 0, busy: 1 });
  await Promise.all([holder.commit(), first.rollback(), second.rollback()]);

  const late = database.read(pool, 'k0', AbortSignal.abort());
  expect(await codeOf(late.db.select().from(items))).toBe('CANCELLED');
  expect(late.bound).toBe(false);
  expect(wire.cancels).toBe(cancelsBefore);
});

test('a signal ends an idle session at once, and does not disturb a running commit', async () => {
  const pool = poolOf(database.appUrl, 1);
  const controller = new AbortController();
  const session = new Session(pool, database.scope('k0', 'write', limits), relations, { signal: controller.signal });
  await session.db.insert(items).values({ id: 2, marker: 'k0', note: 'left' });
  controller.abort();
  await expect.poll(() => pool.stats()).toMatchObject({ busy: 0, quarantined: 0, idle: 1 });
  expect(await codeOf(session.commit())).toBe('CANCELLED');
  expect(await database.notes('k0')).not.toContain('left');

  const other = new AbortController();
  const saved = database.write(pool, 'k0', other.signal);
  await saved.db.insert(items).values({ id: 3, marker: 'k0', note: 'saved' });
  const committed = codeOf(saved.commit());
  setImmediate(() => other.abort());
  expect(await committed).toBeUndefined();
  expect(await database.notes('k0')).toContain('saved');
});
