import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { isUniqueViolation, toAppError } from '../../src/db/pg-errors.ts';
import { Session } from '../../src/db/session.ts';
import { SlotPool } from '../../src/db/slot-pool.ts';
import { AppError } from '../../src/lib/errors.ts';
import { createKeyedDatabase, type KeyedDatabase, relations, type TestSession } from './keyed-database.ts';
import { Wire } from './wire.ts';

let database: KeyedDatabase;
let wire: Wire;
let pool: SlotPool;
const texts: string[] = [];

beforeAll(async () => {
  database = await createKeyedDatabase(2);
  wire = await Wire.to(database.appUrl);
  pool = new SlotPool({ url: wire.url, size: 1, onStatement: (text) => texts.push(text) });
});

beforeEach(async () => {
  await database.admin.run('delete from k0.items where id > 0');
  texts.length = 0;
});

afterAll(async () => {
  await pool[Symbol.asyncDispose]();
  await wire[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const insert = 'insert into items (id, marker, note) values ($1, $2, $3)';
const named = {
  translateError: (error: unknown) => (isUniqueViolation(error) ? new AppError('ALREADY_EXISTS', 'twice') : error),
};
const write = (): TestSession => database.write(pool, 'k0');
const codeOf = (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => undefined,
    (error: unknown) => toAppError(error)?.code ?? String(error),
  );
const notes = async (): Promise<(string | null)[]> => (await database.notes('k0')).filter((note) => note !== null);
const add = (session: TestSession, id: number, note: string, sent = {}): void =>
  session.send({ text: insert, parameters: [id, 'k0', note], handlers: sent });

/** Every statement prepared, so that packets can be counted. */
async function warm(): Promise<void> {
  const session = write();
  await session.run('select 1', []);
  add(session, 1, 'warm');
  await session.commit();
  await database.admin.run('delete from k0.items where id > 0');
}

test('a pipelined statement is sent with the next one', async () => {
  await warm();
  const session = write();
  const before = wire.packets;
  add(session, 1, 'one');
  add(session, 2, 'two');
  expect(await session.run('select 1', [])).toEqual([[1]]);
  expect(wire.packets - before).toBe(1);
  await session.commit();
  expect(wire.packets - before).toBe(2);
  expect(await notes()).toEqual(['one', 'two']);
});

test('its handler gets the answer', async () => {
  const session = write();
  const told: unknown[] = [];
  session.send({ text: 'select $1::int', parameters: [7], handlers: { answered: (rows) => told.push(...rows) } });
  await session.settled();
  expect(told).toEqual([[7]]);
  await session.rollback();
});

test('the transaction throws the first failed statement’s error, as its handler translated it', async () => {
  for (const end of ['settled', 'commit', 'commitPipelined'] as const) {
    const session = write();
    await session.run('select 1', []);
    add(session, 1, 'one', named);
    add(session, 1, 'again', named);
    session.send({ text: 'select 1 / 0', parameters: [], handlers: {} });
    expect(await codeOf(session[end]()), end).toBe('ALREADY_EXISTS');
    expect(session.sentFailed, end).toBe(true);
    await session.rollback();
    expect(await notes()).toEqual([]);
  }
});

test('an awaited statement throws its own error; after a failed pipelined one, that error', async () => {
  const own = write();
  await own.run('select 1', []);
  add(own, 1, 'fine');
  const failed = own.run('select 1 / 0', []).catch((error: unknown) => error);
  expect([await codeOf(own.commitPipelined()), own.sentFailed]).toEqual([
    await codeOf(Promise.reject(await failed)),
    false,
  ]);
  const behind = write();
  await behind.run('select 1', []);
  behind.send({ text: 'select 1 / 0', parameters: [], handlers: {} });
  const later = behind.run('select 1', []).catch((error: unknown) => error);
  const error = await behind.commitPipelined().catch((thrown: unknown) => thrown);
  expect([error === (await later), behind.sentFailed]).toEqual([true, true]);
});

test('a consequential error is replaced by its cause, any other is thrown as it is', async () => {
  const session = write();
  add(session, 0, 'taken', named);
  const later = await session.run('select 1', []).catch((error: unknown) => error);
  expect(await session.causeOf(later)).toMatchObject({ code: 'ALREADY_EXISTS' });
  await session.rollback();
  const other = write();
  add(other, 1, 'fine', named);
  expect(await other.causeOf('its own')).toBe('its own');
  await other.rollback();
});

test('a savepoint fails with statements sent in it, not with earlier ones', async () => {
  const session = write();
  add(session, 1, 'before');
  const inner = session.db.transaction(async () => add(session, 1, 'double', named));
  expect(await codeOf(inner)).toBe('ALREADY_EXISTS');
  add(session, 2, 'after');
  await session.commit();
  expect(await notes()).toEqual(['before', 'after']);

  const spoilt = write();
  add(spoilt, 1, 'double', named);
  let entered = false;
  const late = spoilt.db.transaction(async () => {
    entered = true;
  });
  expect([await codeOf(late), entered]).toEqual(['ALREADY_EXISTS', false]);
  await spoilt.rollback();
});

test('COMMIT is sent with the last statements', async () => {
  await warm();
  const session = write();
  let saved = false;
  session.onCommit(() => {
    saved = true;
  });
  await session.run('select 1', []);
  const before = wire.packets;
  add(session, 1, 'one');
  const answer = session.run('select 1', []);
  await session.commitPipelined();
  expect([await answer, saved, wire.packets - before]).toEqual([[[1]], true, 1]);
  expect(await notes()).toEqual(['one']);
  expect(await codeOf(session.run('select 1', []))).toMatch('INTERNAL');
});

test('a change is sent from BEGIN to COMMIT in one packet', async () => {
  await warm();
  const session = write();
  const before = wire.packets;
  add(session, 1, 'one');
  const answer = session.run('select 1', []);
  await session.commitPipelined();
  expect([await answer, wire.packets - before]).toEqual([[[1]], 1]);
  expect(await notes()).toEqual(['one']);
});

test('nothing is saved if the scope was rejected, and the connection is not reused', async () => {
  await warm();
  const own = database.scope('k0', 'write');
  const session = new Session(pool, { ...own, role: `${own.role}_not` }, relations);
  const { opened } = pool.stats();
  add(session, 1, 'one');
  expect(await codeOf(session.commitPipelined())).toMatch(/role .* does not exist/);
  expect([texts.at(-1), session.sentFailed]).toEqual(['commit', true]);
  await session.rollback();
  expect(await notes()).toEqual([]);
  await warm();
  expect(pool.stats().opened - opened).toBe(1);
});

test('nothing is saved if the transaction never began', async () => {
  await warm();
  const session = write();
  wire.garble('begin', 'began');
  add(session, 1, 'one');
  expect(await codeOf(session.commitPipelined())).toMatch(/syntax error/);
  expect(await notes()).toEqual([]);
});

test('it waits for the answers if anything else is running on its connection', async () => {
  await using forgetful = new SlotPool({ url: wire.url, size: 1, statementsBytes: 1 });
  const first = database.write(forgetful, 'k0');
  await first.run('select 1', []);
  await first.commit();
  const session = database.write(forgetful, 'k0');
  const before = wire.packets;
  add(session, 1, 'one');
  await session.commitPipelined();
  expect(wire.packets - before).toBe(2);
});

test('nothing is saved without a statement that could not be sent', async () => {
  const session = write();
  await session.run('select 1', []);
  add(session, 1, 'one');
  session.send({ text: insert, parameters: [2, 'k0', undefined], handlers: {} });
  await expect(session.commitPipelined()).rejects.toThrow(TypeError);
  expect(await notes()).toEqual([]);
  expect(texts.at(-1)).toBe('rollback');
});

test('a connection lost after COMMIT leaves the outcome unknown; before it, nothing was saved', async () => {
  const session = write();
  await session.run('select 1', []);
  wire.fallSilent();
  add(session, 1, 'one');
  const ended = session.commitPipelined().catch((error: unknown) => error);
  await expect.poll(() => texts.at(-1)).toBe('commit');
  await database.killAll();
  wire.cut();
  expect(await ended).toMatchObject({ code: 'CONNECTION_LOST', details: { outcome: 'unknown' } });
  expect(await notes()).toEqual([]);
});
