import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { Admin } from '../../src/db/admin.ts';
import { toAppError } from '../../src/db/pg-errors.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { Wire } from './wire.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
});

afterAll(() => database.drop());

function adminOf(onStatement?: (text: string) => void): Admin {
  const admin = new Admin({ url: database.url, ...(onStatement && { onStatement }) });
  onTestFinished(() => admin[Symbol.asyncDispose]());
  return admin;
}

const pidOf = async (runner: Pick<Admin, 'run'>): Promise<number> =>
  (await runner.run<{ pid: number }>('select pg_backend_pid() as pid'))[0]!.pid;
const tables = async (admin: Admin): Promise<string[]> =>
  (
    await admin.run<{ name: string }>(
      `select relname as name from pg_class where relname like 'made%' and relkind = 'r' order by 1`,
    )
  ).map((row) => row.name);

test('a transaction is complete or absent, and each statement is a message of its own', async () => {
  const texts: string[] = [];
  const admin = adminOf((text) => texts.push(text));
  expect(
    await admin.transaction(async (tx) => {
      await tx.run('create table made_a (id int primary key)');
      return (await tx.run<{ n: number }>('select $1::int as n', [7]))[0]!.n;
    }),
  ).toBe(7);
  await expect(
    admin.transaction(async (tx) => {
      await tx.run('create table made_b (id int primary key)');
      throw new Error('changed my mind');
    }),
  ).rejects.toThrow('changed my mind');
  await expect(admin.run('create table made_c (id int); create table made_d (id int)')).rejects.toThrow(
    /multiple commands/,
  );
  expect(await tables(admin)).toEqual(['made_a']);
  expect(texts).toContain('create table made_b (id int primary key)');
  expect(texts.filter((text) => text === 'rollback')).toHaveLength(1);
});

test('a transaction with a failed statement is not committed, even if the caller ignored the error', async () => {
  const admin = adminOf();
  const work = admin.transaction(async (tx) => {
    await tx.run('create table made_swallowed (id int)');
    await tx.run('select 1/0').catch(() => {});
  });
  await expect(work).rejects.toThrow(/failed before its COMMIT/);
  expect(await tables(admin)).not.toContain('made_swallowed');
});

test('a lost connection ends its transaction: nothing continues on another one', async () => {
  const [admin, killer] = [adminOf(), adminOf()];
  const waiting = Promise.withResolvers<void>();
  const work = admin.transaction(async (tx) => {
    await tx.run('create table made_lost (id int)');
    const pid = await pidOf(tx);
    await killer.run('select pg_terminate_backend($1, 5000)', [pid]);
    waiting.resolve();
    const late = await tx.run('create table made_late (id int)').catch((error: unknown) => error);
    expect(toAppError(late)?.code).toBe('CONNECTION_LOST');
  });
  await waiting.promise;
  const next = admin.transaction((tx) => tx.run('create table made_next (id int)'));
  expect(toAppError(await work.catch((error: unknown) => error))?.code).toBe('CONNECTION_LOST');
  await next;
  expect(await tables(admin)).toEqual(expect.arrayContaining(['made_next']));
  expect(await tables(admin)).not.toContain('made_lost');
  expect(await tables(admin)).not.toContain('made_late');
});

test('callers take turns, and a caller that would wait for itself gets an error', async () => {
  const admin = adminOf();
  const order: string[] = [];
  await Promise.all([
    admin.transaction(async (tx) => {
      await tx.run('select pg_sleep(0.05)');
      order.push('first');
      await expect(admin.run('select 1')).rejects.toThrow(/on its `tx`/);
    }),
    admin.run('select 1').then(() => order.push('second')),
  ]);
  expect(order).toEqual(['first', 'second']);
});

test('work that waits for a silent server ends at its deadline, a COPY too, and the connection with it', async () => {
  await using wire = await Wire.to(database.url);
  await using admin = new Admin({ url: wire.url });
  await admin.run('create table made_copied (id int)');
  const lost = async (work: () => Promise<unknown>) => {
    const late = admin.run('select 1').then(async () => {
      wire.fallSilent();
      return await admin.within(50, work);
    });
    expect(toAppError(await late.catch((error: unknown) => error))?.code).toBe('CONNECTION_LOST');
    await wire.close();
    wire.speak();
    await wire.reopen();
  };
  await lost(() => admin.run('select 1'));
  await lost(() => admin.transaction((tx) => pipeline(['1\n'], tx.copyIn('copy made_copied from stdin'))));
  await lost(() => admin.transaction((tx) => pipeline(tx.copyOut('copy made_copied to stdout'), new PassThrough())));
  expect(await admin.within(60_000, () => admin.run('select count(*)::int as rows from made_copied'))).toEqual([
    { rows: 0 },
  ]);
});

test('a transaction cannot be used after its work has ended', async () => {
  const admin = adminOf();
  const leaked = await admin.transaction(async (tx) => tx);
  await expect(leaked.run('create table made_leaked (id int)')).rejects.toThrow(/is over/);
});

test('a transaction may be idle while it waits for other work, whatever the server’s idle limit', async () => {
  await adminOf().run(
    `alter database ${new URL(database.url).pathname.slice(1)} set idle_in_transaction_session_timeout = '1s'`,
  );
  expect(await adminOf().run('show idle_in_transaction_session_timeout')).toEqual([
    { idle_in_transaction_session_timeout: '0' },
  ]);
});
