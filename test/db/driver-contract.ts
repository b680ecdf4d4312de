import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { requestCancel } from '../../src/db/cancel-request.ts';
import { readAddress } from '../../src/db/database-address.ts';
import { encodeParameter } from '../../src/db/driver/codecs.ts';
import type { Answer, Connection, ConnectionOptions, RowForm, Statement } from '../../src/db/driver/connection.ts';
import { isServerError } from '../../src/db/driver/server-error.ts';
import { sqlStateOf } from '../../src/db/pg-errors.ts';
import { connectSocket } from '../../src/db/socket.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { Wire } from './wire.ts';

type Make = (options: ConnectionOptions) => Connection;

/** A connection under test, with its socket as the pool would hold it. */
class Opened {
  readonly connection: Connection;
  sockets = 0;
  closed = 0;
  readonly notifications: string[] = [];
  #socket: Socket | undefined;

  constructor(make: Make, url: string) {
    const { hosts, user, password, database } = readAddress(url);
    const [{ host, port }] = hosts as readonly [{ host: string; port: number }];
    this.connection = make({
      ...{ host, port, user, password, database },
      parameters: { application_name: 'driver contract', TimeZone: 'UTC' },
      prepare: true,
      connectMs: 10_000,
      socket: async () => {
        this.sockets++;
        if (this.sockets > 1) throw new Error('The connection has ended');
        this.#socket = await connectSocket({ host, port }, 10_000);
        for (const event of ['error', 'end', 'close']) this.#socket.once(event, () => this.end());
        return Object.assign(this.#socket, { host });
      },
      onNotify: (channel, payload) => void this.notifications.push(`${channel} ${payload}`),
      onClose: () => void this.closed++,
    });
  }

  /** Runs a statement that is parsed each time. */
  run(string: string, parameters: readonly unknown[] = [], form: RowForm = 'values'): Promise<Answer> {
    return this.send({ name: '', string, types: [] }, false, parameters, form);
  }

  async send(
    statement: Statement,
    parsed: boolean,
    parameters: readonly unknown[] = [],
    form: RowForm = 'values',
  ): Promise<Answer> {
    const encoded = parameters.map(encodeParameter);
    return this.connection.run({ ...statement, types: encoded.map(({ type }) => type) }, parsed, encoded, form);
  }

  end(): void {
    this.connection.destroy();
    this.#socket?.destroy();
  }
}

const failureOf = async (answer: PromiseLike<unknown>): Promise<unknown> => {
  try {
    await answer;
    return undefined;
  } catch (error) {
    return error;
  }
};
const stateOf = async (answer: PromiseLike<unknown>) => sqlStateOf(await failureOf(answer));

/** What the server needs of any driver, on a real server; `make` makes a connection by the driver under test. */
export function driverContract(name: string, make: Make): void {
  describe(`the driver ${name}`, () => {
    let database: TestDatabase;
    beforeAll(async () => {
      database = await createDatabase();
      const setup = new Opened(make, database.url);
      await setup.connection.control('create table items (id int primary key, body text); create table copied (n int)');
      await setup.connection.close();
    });
    afterAll(() => database.drop());

    function open(url = database.url): Opened {
      const opened = new Opened(make, url);
      onTestFinished(() => opened.end());
      return opened;
    }

    it('signs in with its first statement, with the parameters of the connection', async () => {
      const opened = open();
      expect(opened.sockets).toBe(0);
      const answer = await opened.connection.control('select pg_backend_pid() as pid');
      expect(opened.connection.backendOf(answer)).toMatchObject({ pid: answer[0]!.pid, secret: expect.any(Number) });
      expect(await opened.run(`select current_setting('application_name'), current_setting('TimeZone')`)).toEqual([
        ['driver contract', 'UTC'],
      ]);
    });

    it('sends the statements of one turn in one packet and answers them in order', async () => {
      await using wire = await Wire.to(database.url);
      const opened = open(wire.url);
      await opened.connection.control('select 1');
      const before = wire.packets;
      const all = [opened.connection.control('begin'), opened.connection.control('set local work_mem = 1024')];
      for (let n = 0; n < 50; n++) all.push(opened.run('select $1::int', [n]));
      all.push(opened.connection.control('commit'));
      const answers = await Promise.all(all);
      expect(wire.packets - before).toBe(1);
      expect(answers.slice(2, -1).map(([row]) => Number(row![0]))).toEqual(Array.from({ length: 50 }, (_, n) => n));
      expect(answers.at(-1)!.command).toBe('COMMIT');
    });

    it('lets a failed statement fail those behind it in its transaction, and none of the next', async () => {
      const { connection, run } = bound(open());
      const begun = connection.control('begin');
      const inserted = run('insert into items values (1)');
      const failed = failureOf(run('select 1 / 0'));
      const behind = stateOf(run('insert into items values (2)'));
      const committed = connection.control('commit');
      const next = run('select count(*)::int from items');
      await begun;
      await inserted;
      const error = await failed;
      expect([isServerError(error), sqlStateOf(error), await behind]).toEqual([true, '22012', '25P02']);
      expect((await committed).command).toBe('ROLLBACK');
      expect(await next).toEqual([[0]]);
    });

    it('lets failed settings fail the statements behind them, so that none runs outside its scope', async () => {
      const { connection, run } = bound(open());
      const sent = [
        connection.control('begin'),
        connection.control('set local role no_such_role'),
        run('insert into items values (3)'),
        connection.control('commit'),
      ];
      const [begun, settings, inserted, committed] = await Promise.allSettled(sent);
      expect([begun!.status, settings!.status, inserted!.status, committed!.status]).toEqual([
        'fulfilled',
        'rejected',
        'rejected',
        'fulfilled',
      ]);
      expect(await run('select count(*)::int from items')).toEqual([[0]]);
    });

    it('runs several statements by the simple protocol, and refuses them by the extended one', async () => {
      const { connection, run } = bound(open());
      await connection.control('select 1; select 2');
      expect(await stateOf(run('select 1; select 2'))).toBe('42601');
      expect(await run('select 3')).toEqual([[3]]);
    });

    it('parses a named statement once, and describes it', async () => {
      const opened = open();
      const statement: Statement & { columns?: readonly object[] } = {
        name: 'one',
        string: 'select $1::text',
        types: [0],
      };
      const ask = async (parsed: boolean, value: string) =>
        opened.connection.run(statement, parsed, [encodeParameter(value)], 'values');
      expect([await ask(false, 'a'), await ask(true, 'b')]).toEqual([[['a']], [['b']]]);
      expect(statement.columns).toHaveLength(1);
      const known = await opened.run('select name, generic_plans + custom_plans from pg_prepared_statements', []);
      expect(known.map((row) => [row[0], Number(row[1])])).toEqual([['one', 2]]);
    });

    it('stops a cancelled statement and goes on', async () => {
      const { connection, run } = bound(open());
      const backend = connection.backendOf(await connection.control('select 1'));
      const slow = stateOf(run('select pg_sleep(30)'));
      const { hosts } = readAddress(database.url);
      const [address] = hosts as readonly [{ host: string; port: number }];
      const target = { address, ssl: undefined, host: address.host, backend };
      expect(await cancelUntil(slow, () => requestCancel(target, 2_000))).toBe('57014');
      expect(await run('select 1')).toEqual([[1]]);
    });

    it('rejects every outstanding statement when the connection ends, and connects never again', async () => {
      const opened = open();
      const [row] = await opened.run('select pg_backend_pid()');
      const outstanding = [
        opened.connection.control('begin'),
        opened.run('insert into items values (4)'),
        opened.run('select pg_sleep(30)'),
        opened.connection.control('commit'),
      ].map(failureOf);
      await open().run('select pg_terminate_backend($1)', [row![0]]);
      const failures = await Promise.all(outstanding);
      expect(failures.at(-1)).toBeInstanceOf(Error);
      expect(await failureOf(opened.run('select 1'))).toBeInstanceOf(Error);
      expect(await failureOf(opened.connection.control('select 1'))).toBeInstanceOf(Error);
      expect(opened.closed).toBeGreaterThan(0);
      expect(await open().run('select count(*)::int from items')).toEqual([[0]]);
    });

    it('takes large and many parameters, and returns large answers', async () => {
      const { run } = bound(open());
      const large = 'é'.repeat(1_000_000);
      expect((await run('select $1::text', [large]))[0]![0]).toBe(large);
      const many = Array.from({ length: 2_000 }, (_, n) => n);
      const places = many.map((n) => `($${n + 1}::int)`).join(', ');
      expect(await run(`select sum(n)::int from (values ${places}) as v (n)`, many)).toEqual([[1_999_000]]);
    });

    it('reads each type in the form that drizzle expects', async () => {
      const { run } = bound(open());
      const text = `select null::text as a, true as b, 7::int as c, 9007199254740993::bigint::text as d, 1.50::numeric as e,
        '2026-11-30T01:02:03.004Z'::timestamptz as f, '2026-11-30'::date as g, array['x', null, '"']::text[] as h,
        array[1, 2]::int[] as i, '{"k": [1]}'::jsonb as j, '\\x00ff'::bytea as k`;
      const values = [
        null,
        true,
        7,
        '9007199254740993',
        '1.50',
        expect.anything(),
        '2026-11-30',
        ['x', null, '"'],
        [1, 2],
      ];
      const [row] = await run(text);
      expect(row).toEqual([...values, { k: [1] }, Buffer.from([0, 255])]);
      const [named] = await run(text, [], 'objects');
      expect(Object.keys(named!).join('')).toBe('abcdefghijk');
      expect(named).toMatchObject({ a: null, b: true, c: 7 });
      const [raw] = await run('select 7::int, null, $1::text', ['é'], 'bytes');
      expect([String(raw![0]), raw![1], String(raw![2])]).toEqual(['7', null, 'é']);
      expect(Buffer.isBuffer(raw![0])).toBe(true);
    });

    it('passes over notices and passes on notifications', async () => {
      const opened = open();
      await opened.connection.control('listen contract');
      await opened.connection.control(`do $$ begin raise notice 'look'; end $$; notify contract, 'here'`);
      expect(await opened.run('select 1')).toEqual([[1]]);
      await expect.poll(() => opened.notifications).toEqual(['contract here']);
    });

    it('copies data out and in, and tells how a COPY failed', async () => {
      const opened = open();
      const owner = { alive: true, destroy: () => opened.end() };
      const numbers = 'copy (select * from generate_series(1, 20000)) to stdout';
      const rows = await text(opened.connection.copyOut(numbers, owner));
      expect(rows.split('\n')).toHaveLength(20_001);
      await pipeline([rows], opened.connection.copyIn('copy copied from stdin', owner));
      expect(await opened.run('select count(*)::int, sum(n)::int from copied')).toEqual([[20_000, 200_010_000]]);
      const broken = opened.connection.copyIn('copy copied from stdin', owner);
      expect(await stateOf(pipeline(['1\nnonsense\n'], broken))).toBe('22P02');
    });

    it('closes in an orderly way', async () => {
      const opened = open();
      const last = opened.run('select 1');
      await opened.connection.close();
      expect(await last).toEqual([[1]]);
      expect(await failureOf(opened.run('select 2'))).toBeInstanceOf(Error);
    });
  });
}

const bound = (opened: Opened) => ({ connection: opened.connection, run: opened.run.bind(opened) });

/** Cancels until the answer has come: the server ignores a cancel that arrives before the statement. */
async function cancelUntil<T>(answer: Promise<T>, cancel: () => Promise<void>): Promise<T> {
  let isOver = false;
  void answer.then(() => {
    isOver = true;
  });
  while (!isOver) await cancel();
  return answer;
}
