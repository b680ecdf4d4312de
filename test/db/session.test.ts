import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { isUniqueViolation, toAppError } from '../../src/db/pg-errors.ts';
import { Session } from '../../src/db/session.ts';
import { SlotPool } from '../../src/db/slot-pool.ts';
import { createKeyedDatabase, items, type KeyedDatabase, limits, relations } from './keyed-database.ts';
import { Wire } from './wire.ts';

let database: KeyedDatabase;
let pool: SlotPool;
const texts: string[] = [];

beforeAll(async () => {
  database = await createKeyedDatabase(3);
  pool = new SlotPool({ url: database.appUrl, size: 4, maxPerKey: 4, onStatement: (text) => texts.push(text) });
});

beforeEach(async () => {
  for (const key of database.keys) await database.admin.run(`delete from ${key}.items where id > 0`);
  texts.length = 0;
});

afterAll(async () => {
  await pool[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const failure = async (work: PromiseLike<unknown>): Promise<unknown> => {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error;
  }
};
const codeOf = async (work: PromiseLike<unknown>): Promise<string | undefined> => {
  const error = await failure(work);
  return error === undefined ? undefined : (toAppError(error)?.code ?? 'INTERNAL');
};
const row = (id: number, note: string) => ({ id, marker: 'k0', note });

test('no slot is taken before the first statement, nor for a session without statements', async () => {
  for (const end of ['commit', 'rollback'] as const) {
    const session = database.write(pool, 'k0');
    expect([session.bound, session.statements]).toEqual([false, 0]);
    session.db.select().from(items);
    await session[end]();
    expect(session.bound).toBe(false);
  }
  expect(texts).toEqual([]);
});

test('one query is one statement besides BEGIN, SET and COMMIT', async () => {
  const session = database.read(pool, 'k0');
  expect(await session.db.select({ id: items.id }).from(items)).toEqual([{ id: 0 }]);
  await session.commit();
  expect(session.statements).toBe(1);
  await expect.poll(() => pool.stats().busy).toBe(0);
  expect(texts.filter((text) => text !== 'select 1')).toEqual([
    'begin isolation level repeatable read read only',
    expect.stringMatching(/^set local search_path = "k0"; .*set local role "test_\w+_k0"$/),
    'select "id" from "items"',
    'commit',
  ]);
});

test('the bind packet is sent with the first statement: one round trip on a warm slot', async () => {
  await using wire = await Wire.to(database.appUrl);
  await using warm = new SlotPool({ url: wire.url, size: 1 });
  const ask = async () => {
    const session = database.read(warm, 'k0');
    await session.db.select().from(items).where(eq(items.id, 0));
    await session.commit();
    await expect.poll(() => warm.stats().busy).toBe(0);
  };
  await ask();
  const before = wire.packets;
  await ask();
  // BEGIN, SET and the query; then COMMIT
  expect(wire.packets - before).toBe(2);
});

test('a read uses one snapshot for all its statements', async () => {
  const reader = database.read(pool, 'k0');
  expect(await reader.db.$count(items)).toBe(1);
  const writer = database.write(pool, 'k0');
  await writer.db.insert(items).values(row(1, 'meanwhile'));
  await writer.commit();
  expect(await reader.db.$count(items)).toBe(1);
  await reader.commit();
});

test('a read cannot write', async () => {
  const session = database.read(pool, 'k0');
  expect(String(((await failure(session.db.insert(items).values(row(1, 'x')))) as Error).cause)).toMatch(/read-only/);
  await session.rollback();
});

test('values are parsed as drizzle expects, on every slot', async () => {
  const at = new Date('2024-02-29T23:59:59.123Z');
  const tags = ['a,b', 'c"d', '{}', 'NULL', ''];
  const sessions = Array.from({ length: 4 }, () => database.write(pool, 'k0'));
  await Promise.all(
    sessions.map(async (session, index) => {
      const value = { id: index + 1, marker: 'k0', amount: '95001.98', day: '2004-11-02', at, tags };
      await session.db.insert(items).values(value);
      const own = eq(items.id, value.id);
      const [selected] = await session.db.select().from(items).where(own);
      const related = await session.db.query.items.findFirst({ where: { id: value.id } });
      const [byTag] = await session.db
        .select({ id: items.id })
        .from(items)
        .where(sql`${items.tags} = ${sql.param(tags)} and ${items.at} = ${at} and ${own}`);
      expect(selected).toEqual({ ...value, note: null });
      expect(related).toEqual({ ...value, note: null });
      expect(byTag).toEqual({ id: value.id });
    }),
  );
  await Promise.all(sessions.map((session) => session.commit()));
  expect(pool.stats().opened).toBeGreaterThanOrEqual(4);
});

test.each([true, false])(
  'works with prepare: %s, and numbers, booleans, null and json as parameters',
  async (prepare) => {
    await using other = new SlotPool({ url: database.appUrl, size: 1, prepare });
    for (let round = 0; round < 3; round++) {
      const session = database.read(other, 'k0');
      const [found] = await session.db.execute(
        sql`select ${round}::int as n, ${round === 1}::boolean as b, ${null}::text as z, ${'x'} as t, ${2n ** 40n}::bigint as big,
        ${sql.param({ a: [1, 'ü'] })}::jsonb as j, ${sql.param(Buffer.from([1, 255]))}::bytea as bytes`,
      );
      expect(found).toEqual({
        n: round,
        b: round === 1,
        z: null,
        t: 'x',
        big: String(2n ** 40n),
        j: { a: [1, 'ü'] },
        bytes: Buffer.from([1, 255]),
      });
      const named = await session.db.execute<{ n: string }>(sql`select count(*) as n from pg_prepared_statements`);
      expect(Number(named[0]!.n) > 0).toBe(prepare);
      await session.commit();
    }
  },
);

test('parallel statements share the connection and get their own answers', async () => {
  const session = database.read(pool, 'k0');
  const numbers = Array.from({ length: 300 }, (_, index) => index);
  const answers = await Promise.all(
    numbers.map((n) =>
      n % 3 === 0
        ? session.db.execute<{ n: number }>(sql.raw(`select ${n} as n`))
        : session.db.execute<{ n: number }>(sql`select ${n}::int as n`),
    ),
  );
  await session.commit();
  expect(answers.map(([answer]) => answer?.n)).toEqual(numbers);
  expect(texts.filter((text) => text.startsWith('begin'))).toHaveLength(1);
});

test('a write is saved when its commit resolves, and its hooks run then, in order', async () => {
  const logged = vi.spyOn(pool.logger, 'error').mockReturnValue();
  const session = database.write(pool, 'k0');
  const seen: string[] = [];
  session.onCommit(async () => void seen.push(`first ${(await database.notes('k0')).includes('saved')}`));
  session.onCommit(() => {
    throw new Error('an effect of no consequence');
  });
  session.onCommit(() => void seen.push('last'));
  await session.db.insert(items).values(row(1, 'saved'));
  expect(seen).toEqual([]);
  await session.commit();
  expect(seen).toEqual(['first true', 'last']);
  expect(logged).toHaveBeenCalledOnce();
  logged.mockRestore();
});

test('a rollback leaves no rows and runs no hooks', async () => {
  const session = database.write(pool, 'k0');
  const effect = vi.fn();
  session.onCommit(effect);
  await session.db.insert(items).values(row(1, 'gone'));
  await session.rollback();
  await session.rollback();
  expect(await database.notes('k0')).toEqual([null]);
  expect(effect).not.toHaveBeenCalled();
});

test('after a failed statement nothing more is sent, and the commit throws its error', async () => {
  const session = database.write(pool, 'k0');
  const effect = vi.fn();
  session.onCommit(effect);
  await session.db.insert(items).values(row(1, 'same'));
  const refused = await failure(session.db.insert(items).values(row(2, 'same')));
  expect(isUniqueViolation(refused, 'items_note_key')).toBe(true);
  const sent = texts.length;
  expect(await codeOf(session.db.insert(items).values(row(3, 'other')))).toBe('ALREADY_EXISTS');
  expect(texts.length).toBe(sent);
  expect(await codeOf(session.commit())).toBe('ALREADY_EXISTS');
  expect(await database.notes('k0')).toEqual([null]);
  expect(effect).not.toHaveBeenCalled();
});

test('of statements sent together, those after the failed one throw its error', async () => {
  const session = database.write(pool, 'k0');
  const codes = await Promise.all([
    codeOf(session.db.insert(items).values(row(1, 'one'))),
    codeOf(session.db.insert(items).values(row(1, 'double'))),
    codeOf(session.db.execute(sql`select 1`)),
  ]);
  expect(codes).toEqual([undefined, 'ALREADY_EXISTS', 'ALREADY_EXISTS']);
  expect(await codeOf(session.commit())).toBe('ALREADY_EXISTS');
});

test('a session continues after rolling back to a savepoint', async () => {
  const session = database.write(pool, 'k0');
  const kept = vi.fn();
  const dropped = vi.fn();
  await session.db.insert(items).values(row(1, 'before'));
  const code = await codeOf(
    session.db.transaction(async (tx) => {
      session.onCommit(dropped);
      await tx.insert(items).values(row(2, 'undone'));
      await tx.insert(items).values(row(1, 'double'));
    }),
  );
  await session.db.transaction(async (tx) => {
    session.onCommit(kept);
    await tx.insert(items).values(row(3, 'inside'));
    const inner = await codeOf(tx.transaction((deep) => deep.execute(sql`select 1/0`)));
    expect(inner).toBe('INTERNAL');
    await tx.insert(items).values(row(4, 'after the inner one'));
  });
  await session.commit();
  expect(code).toBe('ALREADY_EXISTS');
  expect(await database.notes('k0')).toEqual([null, 'before', 'inside', 'after the inner one']);
  expect(kept).toHaveBeenCalledOnce();
  expect(dropped).not.toHaveBeenCalled();
});

test('an error that the inner work ignored still rolls back the savepoint', async () => {
  const session = database.write(pool, 'k0');
  const code = await codeOf(
    session.db.transaction(async (tx) => {
      await tx.insert(items).values(row(1, 'first'));
      await failure(tx.insert(items).values(row(1, 'double')));
      return 'fine';
    }),
  );
  expect(code).toBe('ALREADY_EXISTS');
  await session.commit();
  expect(await database.notes('k0')).toEqual([null]);
});

test('two savepoints cannot be open side by side, and a commit inside one is refused', async () => {
  const session = database.write(pool, 'k0');
  const [first, second] = await Promise.all([
    codeOf(session.db.transaction((tx) => tx.insert(items).values(row(1, 'a')))),
    codeOf(session.db.transaction((tx) => tx.insert(items).values(row(2, 'b')))),
  ]);
  expect([first, second]).toEqual([undefined, 'INTERNAL']);
  const hurried = await codeOf(
    session.db.transaction(async (tx) => {
      await tx.insert(items).values(row(3, 'c'));
      expect(await codeOf(session.commit())).toBe('INTERNAL');
    }),
  );
  expect(hurried).toBe('INTERNAL');
  expect(await database.notes('k0')).toEqual([null]);
});

test('an error that only the commit can raise makes it fail', async () => {
  await database.admin.run('alter table k1.items drop constraint items_note_key');
  await database.admin.run('alter table k1.items add unique (note) deferrable initially deferred');
  const deferred = database.write(pool, 'k1');
  const effect = vi.fn();
  deferred.onCommit(effect);
  await deferred.db.insert(items).values([1, 2].map((id) => ({ id, marker: 'k1', note: 'same' })));
  expect(await codeOf(deferred.commit())).toBe('ALREADY_EXISTS');
  expect(effect).not.toHaveBeenCalled();
  expect(await database.notes('k1')).toEqual([null]);
  await expect.poll(() => pool.stats().busy).toBe(0);
});

test('a connection lost during the commit reports an unknown outcome', async () => {
  await using wire = await Wire.to(database.appUrl);
  await using fragile = new SlotPool({ url: wire.url, size: 1 });
  const session = database.write(fragile, 'k0');
  await session.db.insert(items).values(row(1, 'perhaps'));
  wire.fallSilent();
  const committed = failure(session.commit());
  setImmediate(() => wire.cut());
  expect(toAppError(await committed)).toMatchObject({ code: 'CONNECTION_LOST', details: { outcome: 'unknown' } });
  await session.rollback();
});

test('a server that stops answering is given up shortly after its own limit', async () => {
  await using wire = await Wire.to(database.appUrl);
  await using fragile = new SlotPool({ url: wire.url, size: 1 });
  const session = new Session(fragile, database.scope('k0', 'write', { ...limits, statementMs: 100 }), relations);
  await session.db.insert(items).values(row(1, 'unheard'));
  wire.fallSilent();
  expect(await codeOf(session.db.select().from(items))).toBe('CONNECTION_LOST');
  await session.rollback();
});

test('of two deadlocked writes one gets a conflict, the other is saved', async () => {
  await database.admin.run(`insert into k2.items (id, marker) values (1, 'k2')`);
  const [one, two] = [database.write(pool, 'k2'), database.write(pool, 'k2')];
  const touch = (session: typeof one, id: number) =>
    session.db.update(items).set({ day: '2024-01-01' }).where(eq(items.id, id));
  await touch(one, 0);
  await touch(two, 1);
  const codes = await Promise.all(
    [codeOf(touch(one, 1)), codeOf(touch(two, 0))].map(async (code, index) => {
      await code;
      return await codeOf([one, two][index]!.commit());
    }),
  );
  expect(codes.toSorted()).toEqual(['TRANSACTION_CONFLICT', undefined]);
});

test('DDL under a prepared statement fails one read, which can be repeated', async () => {
  await using single = new SlotPool({ url: database.appUrl, size: 1 });
  const ask = async () => {
    const session = database.read(single, 'k2');
    try {
      const rows = await session.db.execute(sql.raw('select * from items order by id'));
      return Object.keys(rows[0]!).length;
    } finally {
      await session.commit();
    }
  };
  expect(await ask()).toBe(7);
  await database.admin.run('alter table k2.items add column extra text');
  expect(toAppError(await failure(ask()))).toMatchObject({ code: 'TRANSACTION_CONFLICT' });
  expect(await ask()).toBe(8);
  expect(single.stats()).toMatchObject({ opened: 1, discarded: 0 });
});

test('one prepared text returns every key’s own rows', async () => {
  await using single = new SlotPool({ url: database.appUrl, size: 1 });
  for (let round = 0; round < 30; round++) {
    const key = `k${round % 3}`;
    const session = database.read(single, key);
    const rows = await session.db.select({ marker: items.marker }).from(items).where(eq(items.id, 0));
    await session.commit();
    expect(rows).toEqual([{ marker: key }]);
  }
});
