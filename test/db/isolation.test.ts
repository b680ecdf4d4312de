import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { toAppError } from '../../src/db/pg-errors.ts';
import { Session } from '../../src/db/session.ts';
import { SlotPool } from '../../src/db/slot-pool.ts';
import type { ErrorCode } from '../../src/lib/errors.ts';
import { isRouted } from '../support/through-pgbouncer.ts';
import { createKeyedDatabase, items, type KeyedDatabase, relations, type TestSession } from './keyed-database.ts';

let database: KeyedDatabase;
const uncaught: unknown[] = [];
const keep = (error: unknown): number => uncaught.push(error);

beforeAll(async () => {
  process.on('uncaughtException', keep).on('unhandledRejection', keep);
  database = await createKeyedDatabase(20);
});

afterAll(async () => {
  await database[Symbol.asyncDispose]();
  process.off('uncaughtException', keep).off('unhandledRejection', keep);
  expect(uncaught).toEqual([]);
});

function poolOf(size: number, more: Partial<ConstructorParameters<typeof SlotPool>[0]> = {}): SlotPool {
  const pool = new SlotPool({ url: database.appUrl, prepare: !isRouted(), size, waitMs: 5_000, ...more });
  onTestFinished(() => pool[Symbol.asyncDispose]());
  return pool;
}

const codeOf = (error: unknown): ErrorCode | undefined => toAppError(error)?.code;
const failure = (work: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(work).then(
    () => undefined,
    (error: unknown) => error,
  );
const pidOf = async (session: TestSession): Promise<number> => {
  const [row] = await session.db.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
  return row!.pid;
};

/** Whoever read or wrote under a key saw that key's rows only. */
async function readAll(pool: SlotPool, key: string): Promise<string[]> {
  const session = database.read(pool, key);
  try {
    const [mine, again, [scope]] = await Promise.all([
      session.db.select({ marker: items.marker }).from(items),
      session.db.query.items.findMany({ columns: { marker: true }, where: { id: { gte: 0 } } }),
      session.db.execute<{ schema: string; role: string }>(
        sql`select current_schema() as schema, current_user as role`,
      ),
    ]);
    await session.commit();
    return [...mine, ...again].map((row) => row.marker).concat(scope!.schema, scope!.role.split('_').at(-1)!);
  } catch (error) {
    await session.rollback();
    throw error;
  }
}

async function writeTwice(pool: SlotPool, key: string, id: number): Promise<string[]> {
  const session = database.write(pool, key);
  try {
    const first = await session.db.insert(items).values({ id, marker: key }).returning({ marker: items.marker });
    const second = await session.db
      .insert(items)
      .values({ id: id + 1, marker: key })
      .returning({ marker: items.marker });
    await session.commit();
    return [...first, ...second].map((row) => row.marker);
  } catch (error) {
    await session.rollback();
    throw error;
  }
}

test('20 keys read and write while connections die every 250 ms: each sees only its own data, none hangs, all recover', async () => {
  const pool = poolOf(6, { waitMs: 2_000 });
  const strangers: string[] = [];
  const codes = new Set<string | undefined>();
  const halves = new Map<string, number[]>();
  const until = performance.now() + 6_000;
  let done = 0;
  let next = 1;
  const worker = async (key: string): Promise<void> => {
    while (performance.now() < until || done <= 200) {
      const id = next;
      next += 2;
      const work = Math.random() < 0.5 ? readAll(pool, key) : writeTwice(pool, key, id);
      try {
        strangers.push(...(await work).filter((marker) => marker !== key));
        done++;
      } catch (error) {
        codes.add(codeOf(error) ?? String(error));
        halves.set(key, [...(halves.get(key) ?? []), id]);
      }
    }
  };
  const kills: Promise<number>[] = [];
  const killer = setInterval(() => kills.push(database.killAll()), 250);
  await Promise.all(database.keys.flatMap((key) => [worker(key), worker(key)]));
  clearInterval(killer);
  const killed = (await Promise.all(kills)).reduce((sum, count) => sum + count, 0);

  expect(killed).toBeGreaterThan(20);
  expect(strangers).toEqual([]);
  expect(done).toBeGreaterThan(200);
  expect([...codes].sort()).toEqual(expect.arrayContaining(['CONNECTION_LOST']));
  expect([...codes].filter((code) => code !== 'CONNECTION_LOST' && code !== 'UNAVAILABLE')).toEqual([]);
  for (const key of database.keys) {
    // The last ones killed may not be known to be dead yet
    await expect.poll(() => readAll(pool, key).then((markers) => new Set(markers), codeOf)).toEqual(new Set([key]));
    const rows = await database.admin.run<{ id: number; marker: string }>(`select id, marker from ${key}.items`);
    expect(new Set(rows.map((row) => row.marker))).toEqual(new Set([key]));
    // Both rows of a transaction are there, or none
    const ids = new Set(rows.map((row) => row.id));
    expect([...ids].filter((id) => id > 0 && !ids.has(id % 2 === 1 ? id + 1 : id - 1))).toEqual([]);
  }
  await expect.poll(() => pool.stats().busy).toBe(0);
});

test('a connection killed between two statements of a write affects no other session', async () => {
  const pool = poolOf(1);
  const [a, b] = [database.write(pool, 'k0'), database.write(pool, 'k1')];
  await a.db.insert(items).values({ id: 900_001, marker: 'k0', note: 'half' });
  const pid = await pidOf(a);
  const others = b.db.insert(items).values({ id: 900_002, marker: 'k1', note: 'whole' }).then();
  await expect.poll(() => pool.stats().waiting).toBe(1);
  await database.kill(pid);

  const late = await failure(a.db.insert(items).values({ id: 900_003, marker: 'k0', note: 'late' }));
  await others;
  const commit = await failure(a.commit());
  await b.commit();

  expect([codeOf(late), codeOf(commit)]).toEqual(['CONNECTION_LOST', 'CONNECTION_LOST']);
  expect(await database.notes('k0')).not.toContain('half');
  expect(await database.notes('k0')).not.toContain('late');
  expect(await database.notes('k1')).toContain('whole');
  expect(await database.notes('k1')).not.toContain('late');
});

test('statements still queued when the connection dies are never sent on another one', async () => {
  const pool = poolOf(1);
  const session = database.write(pool, 'k2');
  const pid = await pidOf(session);
  const running = failure(session.db.execute(sql`select pg_sleep(${30})`));
  // Its parameters are described first, so these are still on our side when the connection goes
  const held = Array.from({ length: 20 }, (_, index) =>
    failure(session.db.insert(items).values({ id: 910_000 + index, marker: 'k2', note: `held ${index}` })),
  );
  const notified = failure(session.db.execute(sql`select pg_notify('escaped', 'yes')`));
  await expect.poll(() => session.statements).toBe(23);
  const end = failure(session.commit());
  await database.kill(pid);

  const errors = await Promise.all([running, ...held, notified, end]);
  expect(new Set(errors.map(codeOf))).toEqual(new Set(['CONNECTION_LOST']));
  expect(await readAll(pool, 'k3')).toContain('k3');
  expect((await database.notes('k2')).filter((note) => note?.startsWith('held'))).toEqual([]);
});

test('a session that is idle too long loses its transaction, and the next session is unaffected', async () => {
  const pool = poolOf(1);
  const scope = database.scope('k4', 'write', { statementMs: 5_000, lockMs: 1_000, idleMs: 100 });
  const idler = new Session(pool, scope, relations);
  await idler.db.insert(items).values({ id: 920_001, marker: 'k4', note: 'idle' });
  const waiting = readAll(pool, 'k5');
  expect(new Set(await waiting)).toEqual(new Set(['k5']));

  expect(codeOf(await failure(idler.db.insert(items).values({ id: 920_002, marker: 'k4' })))).toBe('CONNECTION_LOST');
  expect(codeOf(await failure(idler.commit()))).toBe('CONNECTION_LOST');
  expect(await database.notes('k4')).not.toContain('idle');
});

test('a statement timeout fails the whole write', async () => {
  const pool = poolOf(1);
  const scope = database.scope('k4', 'write', { statementMs: 100, lockMs: 50, idleMs: 5_000 });
  const slow = new Session(pool, scope, relations);
  await slow.db.insert(items).values({ id: 930_001, marker: 'k4', note: 'slow' });
  const waiting = readAll(pool, 'k5');

  expect(codeOf(await failure(slow.db.execute(sql`select pg_sleep(5)`)))).toBe('TIMEOUT');
  expect(codeOf(await failure(slow.db.insert(items).values({ id: 930_002, marker: 'k4' })))).toBe('TIMEOUT');
  expect(codeOf(await failure(slow.commit()))).toBe('TIMEOUT');
  expect(new Set(await waiting)).toEqual(new Set(['k5']));
  expect(await database.notes('k4')).not.toContain('slow');
});

test('a lock timeout is a conflict', async () => {
  const pool = poolOf(2);
  const scope = database.scope('k6', 'write', { statementMs: 5_000, lockMs: 50, idleMs: 5_000 });
  const [first, second] = [new Session(pool, scope, relations), new Session(pool, scope, relations)];
  await first.db.update(items).set({ note: 'first' }).where(eq(items.id, 0));
  // One slot per key at most in a pool of two: the second holds the other pool's
  const other = poolOf(1);
  const rival = new Session(other, scope, relations);
  expect(codeOf(await failure(rival.db.update(items).set({ note: 'rival' }).where(eq(items.id, 0))))).toBe(
    'TRANSACTION_CONFLICT',
  );
  await Promise.all([rival.rollback(), second.rollback()]);
  await first.commit();
  expect(await database.notes('k6')).toContain('first');
});

test('outside a session the login sees no table, by any name', async () => {
  const pool = poolOf(1);
  const lease = await pool.acquire('k0');
  const bare = await failure(lease.run('select * from items', [], 'objects'));
  const qualified = await failure(lease.run('select * from k0.items', [], 'objects'));
  lease.release();
  expect(String(bare)).toMatch(/relation "items" does not exist/);
  expect(String(qualified)).toMatch(/permission denied for schema k0/);
  expect([codeOf(bare), codeOf(qualified)]).toEqual([undefined, undefined]);
});

test('a session that cannot become its role runs nothing, and its slot is not reused', async () => {
  const pool = poolOf(1);
  const scope = { ...database.scope('k7', 'write'), role: 'no_such_role' };
  const session = new Session(pool, scope, relations);
  const together = await Promise.all([
    failure(session.db.execute(sql`select 1 as one`)),
    failure(session.db.insert(items).values({ id: 940_001, marker: 'k7', note: 'unbound' })),
    failure(session.db.execute(sql`select pg_notify('escaped', 'yes')`)),
  ]);
  for (const error of together) expect(String((error as Error).cause)).toMatch(/role "no_such_role" does not exist/);
  await expect(session.commit()).rejects.toThrow(/role "no_such_role" does not exist/);
  expect(await database.notes('k7')).not.toContain('unbound');
  await expect.poll(() => pool.stats()).toMatchObject({ busy: 0, discarded: 1 });
  expect(new Set(await readAll(pool, 'k7'))).toEqual(new Set(['k7']));
});

test('statements sent behind a failed bind never take effect, even for a superuser', async () => {
  const pool = new SlotPool({ url: database.superUrl, size: 1 });
  const scope = { ...database.scope('k8', 'write'), role: 'no_such_role' };
  for (let round = 0; round < 20; round++) {
    const session = new Session(pool, scope, relations);
    const attempts = [
      session.db.execute(sql`insert into k8.items (id, marker, note) values (${950_000 + round}, 'k8', 'escaped')`),
      session.db.execute(sql`insert into k8.items (id, marker, note) values (959999, 'k8', 'escaped')`),
    ];
    await Promise.all(attempts.map(failure));
    await failure(session.commit());
  }
  expect(await database.notes('k8')).not.toContain('escaped');
  await pool[Symbol.asyncDispose]();
});

test('names that Postgres would misread are rejected before anything is sent', async () => {
  const pool = poolOf(1);
  for (const name of ['', 'a\0b', 'x'.repeat(64)]) {
    const session = new Session(pool, { ...database.scope('k9', 'write'), searchPath: [name] }, relations);
    expect(String((await failure(session.db.execute(sql`select 1`))) as Error)).toContain('Failed query');
    await expect(session.commit()).rejects.toThrow(RangeError);
  }
  expect(pool.stats().opened).toBe(0);
});

test('a session cannot leave its transaction, and nothing runs after its end', async () => {
  const pool = poolOf(1);
  const session = database.write(pool, 'k9');
  for (const text of ['commit', ' COMMIT; select 1', 'reset role', 'set role none', 'rollback', 'begin']) {
    expect(codeOf(await failure(session.db.execute(sql.raw(text))))).toBe('INTERNAL');
  }
  expect(String(((await failure(session.db.execute(sql.raw('select 1; commit')))) as Error).cause)).toMatch(
    /cannot insert multiple commands/,
  );
  await session.rollback();
  expect(codeOf(await failure(session.db.select().from(items)))).toBe('INTERNAL');
  expect(codeOf(await failure(session.commit()))).toBe('INTERNAL');
});

test('an unencodable parameter fails its own statement and shifts no answer', async () => {
  const pool = poolOf(1);
  const hostile = [undefined, Symbol('x'), () => 1, new Date(Number.NaN), Object.create(null)];
  for (const value of hostile) {
    const session = database.read(pool, 'k10');
    const before = session.db.execute<{ n: number }>(sql`select ${1}::int as n`).then((rows) => rows[0]?.n);
    const bad = failure(session.db.execute(sql`select ${sql.param(value)}::text as n`));
    const after = session.db.execute<{ n: number }>(sql`select ${3}::int as n`).then((rows) => rows[0]?.n);
    const results = await Promise.all([before, bad, failure(after)]);
    expect(results[0]).toBe(1);
    await session.commit();
  }
  const many = database.read(pool, 'k10');
  const list = Array.from({ length: 70_000 }, (_, index) => index);
  expect(await failure(many.db.execute(sql`select 1 where 1 in ${list}`))).toBeInstanceOf(Error);
  await many.commit();
  expect(new Set(await readAll(pool, 'k11'))).toEqual(new Set(['k11']));
  expect(pool.stats()).toMatchObject({ opened: 1, discarded: 0 });
});
