import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { toAppError } from '../../src/db/pg-errors.ts';
import { Session } from '../../src/db/session.ts';
import { SlotPool } from '../../src/db/slot-pool.ts';
import { createKeyedDatabase, items, type KeyedDatabase, limits, relations } from './keyed-database.ts';
import { Wire } from './wire.ts';

let database: KeyedDatabase;
let pool: SlotPool;
const texts: string[] = [];

beforeAll(async () => {
  database = await createKeyedDatabase(2);
  pool = new SlotPool({ url: database.appUrl, size: 1, onStatement: (text) => texts.push(text) });
});

beforeEach(() => {
  texts.length = 0;
});

afterAll(async () => {
  await pool[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const text = 'select marker from items where id = $1';
const codeOf = (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => undefined,
    (error: unknown) => toAppError(error)?.code ?? 'INTERNAL',
  );
const free = () => expect.poll(() => pool.stats().busy).toBe(0);

test('a session of one statement is sent in one packet, and is over', async () => {
  await using wire = await Wire.to(database.appUrl);
  await using warm = new SlotPool({ url: wire.url, size: 1 });
  const ask = async () => {
    const session = database.read(warm, 'k0');
    expect(await session.readOnce(text, [0])).toEqual([[Buffer.from('k0')]]);
    await session.commit();
    await session.rollback();
    expect(session.statements).toBe(1);
    await expect.poll(() => warm.stats().busy).toBe(0);
    return codeOf(session.db.select().from(items).execute());
  };
  await ask();
  const before = wire.packets;
  expect(await ask()).toBe('INTERNAL');
  expect(wire.packets - before).toBe(1);
});

test('later calls rethrow its error, and the slot stays usable', async () => {
  const session = database.read(pool, 'k0');
  expect(await codeOf(session.readOnce(text, ['no number']))).toBe('BAD_INPUT');
  expect(await codeOf(session.readOnce(text, [0]))).toBe('BAD_INPUT');
  expect(await codeOf(session.db.select().from(items).execute())).toBe('BAD_INPUT');
  await session.commit();
  await free();
  expect(texts.at(-1)).toBe('commit');
  expect(await database.read(pool, 'k1').readOnce(text, [0])).toEqual([[Buffer.from('k1')]]);
  await free();
});

test('a statement timeout ends it, and the slot stays usable', async () => {
  const scope = { ...database.scope('k0', 'read'), limits: { ...limits, statementMs: 50 } };
  const session = new Session(pool, scope, relations);
  expect(await codeOf(session.readOnce('select pg_sleep(5)', []))).toBe('TIMEOUT');
  await free();
  expect(await database.read(pool, 'k1').readOnce(text, [0])).toEqual([[Buffer.from('k1')]]);
  await free();
});

test('a caller that goes away ends the statement, and the next session is unaffected', async () => {
  const gone = new AbortController();
  const session = new Session(pool, database.scope('k0', 'read'), relations, { signal: gone.signal });
  const answer = codeOf(session.readOnce('select pg_sleep(5)', []));
  await expect.poll(() => texts.includes('commit')).toBe(true);
  gone.abort();
  expect(await answer).toBe('CANCELLED');
  expect(await database.read(pool, 'k1').readOnce(text, [0])).toEqual([[Buffer.from('k1')]]);
  await free();
});

test('a write session cannot end this way', async () => {
  expect(await codeOf(database.write(pool, 'k0').readOnce(text, [0]))).toBe('INTERNAL');
});
