import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { statementBytes } from '../../src/db/backend-memory.ts';
import { toAppError } from '../../src/db/pg-errors.ts';
import { SlotPool, type SlotPoolOptions } from '../../src/db/slot-pool.ts';
import { createKeyedDatabase, type KeyedDatabase } from './keyed-database.ts';
import { Wire } from './wire.ts';

let database: KeyedDatabase;

beforeAll(async () => {
  database = await createKeyedDatabase(20);
});

afterAll(() => database[Symbol.asyncDispose]());

function poolOf(options: Partial<SlotPoolOptions>): SlotPool {
  const pool = new SlotPool({ url: database.appUrl, size: 1, ...options });
  onTestFinished(() => pool[Symbol.asyncDispose]());
  return pool;
}

/** A text of its own for each number, whose answer says which text ran, and in whose schema. */
const textOf = (n: number): string =>
  `select marker || ' ${String(n).padStart(4, '0')} ' || $2 from items where id = $1`;
const answerOf = (key: string, n: number): string => `${key} ${String(n).padStart(4, '0')} !`;

async function ask(pool: SlotPool, key: string, text: string, signal?: AbortSignal): Promise<unknown> {
  const [row] = await database.read(pool, key, signal).readOnce(text, [0, '!']);
  return row?.[0]?.toString();
}

const roomFor = (count: number): number => count * statementBytes(textOf(0));
const free = (pool: SlotPool) => expect.poll(() => pool.stats().busy).toBe(0);

/** The names of what a pool's only connection has prepared, as the server has it. */
async function preparedIn(pool: SlotPool): Promise<string[]> {
  await free(pool);
  const lease = await pool.acquire('k0');
  const rows = await lease.control('select name from pg_prepared_statements order by prepare_time');
  lease.release();
  return rows.map(({ name }) => String(name));
}

test('each key has its own prepared statement of a text, and keeps it', async () => {
  const pool = poolOf({});
  for (const key of ['k0', 'k1', 'k0', 'k1']) expect(await ask(pool, key, textOf(1))).toBe(answerOf(key, 1));
  expect(await preparedIn(pool)).toEqual(['1 k0', '2 k1']);
  expect(pool.stats()).toMatchObject({ prepared: 2, preparedBytes: 2 * statementBytes(textOf(1)), closed: 0 });
});

test('other parameter types need another statement', async () => {
  const pool = poolOf({});
  const text = 'select $1::text';
  const run = async (value: unknown) => {
    const [row] = await database.read(pool, 'k0').readOnce(text, [value]);
    return [row?.[0]?.toString() ?? null];
  };
  for (const _ of [1, 2]) {
    expect([await run('a'), await run(true), await run(null), await run(7n)]).toEqual([['a'], ['true'], [null], ['7']]);
  }
  expect(await preparedIn(pool)).toHaveLength(3);
});

test('a new statement is sent in one packet, like a known one', async () => {
  await using wire = await Wire.to(database.appUrl);
  await using pool = new SlotPool({ url: wire.url, size: 1 });
  await ask(pool, 'k0', textOf(0));
  await free(pool);
  const before = wire.packets;
  expect(await ask(pool, 'k0', textOf(1))).toBe(answerOf('k0', 1));
  expect(wire.packets - before).toBe(1);
});

test('the least recently used statements are closed, and parsed again when needed', async () => {
  const pool = poolOf({});
  const small = poolOf({ statementsBytes: roomFor(10) });
  for (const one of [pool, small]) {
    for (let n = 0; n < 50; n++) {
      expect(await ask(one, 'k0', textOf(n))).toBe(answerOf('k0', n));
      expect(await ask(one, 'k1', textOf(0))).toBe(answerOf('k1', 0));
    }
  }
  expect(await preparedIn(pool)).toHaveLength(51);
  const kept = await preparedIn(small);
  expect(kept).toEqual(['2 k1', ...Array.from({ length: 9 }, (_, index) => `${index + 43} k0`)]);
  expect(small.stats()).toMatchObject({ prepared: 10, closed: 41 });
  expect(await ask(small, 'k0', textOf(3))).toBe(answerOf('k0', 3));
  expect(await preparedIn(small)).toHaveLength(10);
});

test('a rejected statement is not counted, and a long text is not kept', async () => {
  const pool = poolOf({});
  await expect(ask(pool, 'k0', 'select nothing')).rejects.toThrow(/does not exist/);
  expect(await ask(pool, 'k0', `${textOf(1)} /* ${'x'.repeat(20_000)} */`)).toBe(answerOf('k0', 1));
  await expect(database.read(pool, 'k0').readOnce('select 1 / $1::int', [0])).rejects.toThrow(/zero/);
  expect(await preparedIn(pool)).toEqual(['2 k0']);
  expect(pool.stats()).toMatchObject({ prepared: 1, closed: 0, discarded: 0 });
});

test('a statement made stale by DDL is parsed again', async () => {
  const pool = poolOf({});
  const texts = ['select note from items where id = $1', 'select marker from items where amount is distinct from $1'];
  const run = (n: number) => database.read(pool, 'k2').readOnce(texts[n]!, [7]);
  for (const n of [0, 1]) await run(n);
  await database.admin.run(
    'alter table k2.items alter column note type varchar(99), alter column amount type date using null',
  );
  const codes = await Promise.all(
    [0, 1].map((n) => run(n).catch((error: unknown) => toAppError(error)?.code ?? 'none')),
  );
  expect(codes).toEqual(['TRANSACTION_CONFLICT', 'none']);
  await free(pool);
  expect(await run(0)).toEqual([]);
  await expect(run(1)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  await expect(database.read(pool, 'k2').readOnce(texts[1]!, ['2026-01-01'])).resolves.toEqual([[Buffer.from('k2')]]);
  expect(pool.stats()).toMatchObject({ discarded: 0, opened: 1 });
});

/** Many sessions at once, each with a random key and text, on slots that have room for few; gives what went wrong. */
async function crowd(pool: SlotPool, sessions: number, signalOf?: (n: number) => AbortSignal | undefined) {
  const wrong: unknown[] = [];
  const codes = new Map<string, number>();
  let next = 0;
  const worker = async () => {
    for (let n = next++; n < sessions; n = next++) {
      const key = `k${3 + ((n * 7) % 17)}`;
      const text = (n * 11) % 40;
      try {
        const answer = await ask(pool, key, textOf(text), signalOf?.(n));
        if (answer !== answerOf(key, text)) wrong.push([answer, answerOf(key, text)]);
      } catch (error) {
        const code = toAppError(error)?.code ?? String(error);
        codes.set(code, (codes.get(code) ?? 0) + 1);
      }
    }
  };
  await Promise.all(Array.from({ length: 24 }, worker));
  return { wrong, codes };
}

test('while statements are closed all the time, no caller gets the answer of another statement or key', async () => {
  const pool = poolOf({ size: 4, statementsBytes: roomFor(20) });
  expect(await crowd(pool, 2_000)).toEqual({ wrong: [], codes: new Map() });
  expect(pool.stats()).toMatchObject({ recycled: 0, discarded: 0 });
  expect(pool.stats().closed).toBeGreaterThan(500);
});

test('slots are replaced one after the other, untracked', async () => {
  const pool = poolOf({ size: 4, slotBytes: 5 * 1024 * 1024 });
  expect(await crowd(pool, 2_000)).toEqual({ wrong: [], codes: new Map() });
  const { opened, recycled } = pool.stats();
  expect(pool.stats()).toMatchObject({ discarded: 0 });
  expect(recycled).toBeGreaterThan(4);
  expect(opened - recycled).toBeLessThanOrEqual(4);
});

test('the same while connections die and callers go away', async () => {
  const pool = poolOf({ size: 4, statementsBytes: roomFor(5), maxAgeMs: 500 });
  const killer = setInterval(() => void database.killAll(), 200);
  const gone = (n: number): AbortSignal | undefined => (n % 9 === 0 ? AbortSignal.timeout(n % 5) : undefined);
  // On a slow machine connections die before they have closed much: more rounds then
  for (let round = 0; round < 1 || (pool.stats().closed <= 100 && round < 10); round++) {
    const { wrong, codes } = await crowd(pool, 2_000, gone);
    expect(wrong).toEqual([]);
    expect([...codes.keys()].filter((code) => !/^(CONNECTION_LOST|UNAVAILABLE|CANCELLED)$/.test(code))).toEqual([]);
  }
  clearInterval(killer);
  await expect.poll(() => ask(pool, 'k3', textOf(1)).catch(() => undefined)).toBe(answerOf('k3', 1));
  expect(pool.stats().closed).toBeGreaterThan(100);
});

test('behind a pooler nothing is prepared', async () => {
  const pool = poolOf({ prepare: false });
  for (const key of ['k0', 'k1']) expect(await ask(pool, key, textOf(1))).toBe(answerOf(key, 1));
  expect(await preparedIn(pool)).toEqual([]);
});

test('200 texts of 20 keys take no more memory than the slots may', async () => {
  const pool = poolOf({ size: 2, statementsBytes: roomFor(100) });
  for (let text = 0; text < 200; text++) {
    const answers = await Promise.all(database.keys.map((key) => ask(pool, key, textOf(text))));
    expect(answers).toEqual(database.keys.map((key) => answerOf(key, text)));
  }
  await free(pool);
  const { prepared, preparedBytes, closed } = pool.stats();
  expect(prepared + closed).toBeGreaterThanOrEqual(4_000);
  expect(prepared).toBe(200);
  expect(preparedBytes).toBe(2 * roomFor(100));
});
