import { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { finished, pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Admin } from '../../src/db/admin.ts';
import { Backends } from '../support/backends.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let admin: Admin;
let backends: Backends;

beforeAll(async () => {
  database = await createDatabase();
  admin = new Admin({ url: database.url, applicationName: 'copying' });
  backends = new Backends(database.url);
  await admin.run('create table parents (id int primary key)');
  await admin.run('create table rows (id int primary key, parent int references parents, note text)');
});

afterAll(async () => {
  await admin[Symbol.asyncDispose]();
  await backends[Symbol.asyncDispose]();
  await database.drop();
});

beforeEach(async () => {
  await admin.run('truncate rows, parents');
});

const into = 'copy rows (id, parent, note) from stdin';
const count = async () => Number((await admin.run<{ n: string }>('select count(*)::text as n from rows'))[0]!.n);
const line = (id: number, parent = '\\N') => `${id}\t${parent}\tnote\n`;

/** A source of this many lines that says how many were taken. */
function lines(total: number) {
  const source = { taken: 0 };
  async function* all() {
    for (let first = 1; first <= total; first += 1000) {
      await new Promise(setImmediate);
      source.taken = first + 999;
      yield Buffer.from(Array.from({ length: 1000 }, (_, n) => line(first + n)).join(''));
    }
  }
  return { source, stream: Readable.from(all(), { objectMode: false }) };
}

describe('COPY', () => {
  test('in and out again gives the same, and the connection goes on', async () => {
    const { stream } = lines(5000);
    await admin.transaction((tx) => pipeline(stream, tx.copyIn(into)));
    const out = await admin.transaction(async (tx) => {
      const whole = await text(tx.copyOut('copy (select * from rows order by id) to stdout'));
      return [whole, await tx.run('select 1 as one')];
    });
    expect(out).toEqual([Array.from({ length: 5000 }, (_, n) => line(n + 1)).join(''), [{ one: 1 }]]);
  });

  test('of nothing is nothing', async () => {
    await admin.transaction((tx) => pipeline(Readable.from([]), tx.copyIn(into)));
    expect(await admin.transaction((tx) => text(tx.copyOut('copy rows to stdout')))).toBe('');
  });

  test.each([
    ['in the middle', `${line(1)}x\tno\tnumber\n${line(2).repeat(20_000)}`, '22P02'],
    ['at its very end', line(1, '7'), '23503'],
    ['at its begin', undefined, '42P01'],
  ])('that the server rejects %s fails with its error', async (_, data, code) => {
    const text = data === undefined ? 'copy nothing_there from stdin' : into;
    const work = admin.transaction((tx) => pipeline(Readable.from([data ?? '']), tx.copyIn(text)));
    await expect(work).rejects.toMatchObject({ code });
    expect(await count()).toBe(0);
  });

  test('out that the server rejects fails with its error', async () => {
    const halfway = `copy (select 1 / (5000 - n) from generate_series(1, 10000) n) to stdout`;
    await expect(admin.transaction((tx) => text(tx.copyOut(halfway)))).rejects.toMatchObject({ code: '22012' });
    await expect(admin.transaction((tx) => text(tx.copyOut('copy nothing to stdout')))).rejects.toMatchObject({
      code: '42P01',
    });
    expect(await count()).toBe(0);
  });

  test('out is read at the reader’s pace, and ends if the reader stops', async () => {
    let taken = 0;
    const slow = new Writable({
      write(chunk, _encoding, done) {
        taken += chunk.length;
        setImmediate(done);
      },
    });
    const many = `copy (select n, repeat('x', 1000) from generate_series(1, 3000) n) to stdout`;
    await admin.transaction((tx) => pipeline(tx.copyOut(many), slow));
    expect(taken).toBe(3_000_000 + 3000 * 2 + 10_893);
    const endless = `copy (select repeat('x', 1000), generate_series(1, 100000000)) to stdout`;
    const work = admin.transaction(async (tx) => {
      for await (const _ of tx.copyOut(endless)) break;
      return await tx.run('select 1');
    });
    await expect(work).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    expect(await count()).toBe(0);
  });

  test.each([1_000_000, 70_000])(
    'out whose last row of %i characters pauses the socket continues',
    async (characters) => {
      const out = await admin.transaction(async (tx) => {
        const whole = await text(tx.copyOut(`copy (select repeat('x', ${characters})) to stdout`));
        return [whole.length, await tx.run('select 1 as one')];
      });
      expect(out).toEqual([characters + 1, [{ one: 1 }]]);
    },
  );

  test('in that the writer abandons writes nothing', async () => {
    const broken = Readable.from(
      (function* () {
        yield line(1);
        throw new Error('the file is damaged');
      })(),
    );
    await expect(admin.transaction((tx) => pipeline(broken, tx.copyIn(into)))).rejects.toThrow('damaged');
    expect(await count()).toBe(0);
  });

  test('out on a connection that dies fails', async () => {
    const endless = `copy (select repeat('x', 1000), generate_series(1, 100000000)) to stdout`;
    const work = admin.transaction(async (tx) => {
      const out = tx.copyOut(endless);
      let killed: Promise<number> | undefined;
      for await (const _ of out) killed ??= backends.kill('copying');
      await killed;
    });
    await expect(work).rejects.toMatchObject({ code: expect.stringMatching(/57P01|CONNECTION/) });
    expect(await count()).toBe(0);
  });

  test('in on a connection that dies fails, whether data or its end is awaited', async () => {
    const { stream, source } = lines(100_000_000);
    const work = admin.transaction((tx) => pipeline(stream, tx.copyIn(into)));
    work.catch(() => {});
    await expect.poll(() => source.taken).toBeGreaterThan(10_000);
    await backends.kill('copying');
    await expect(work).rejects.toMatchObject({ code: expect.stringMatching(/57P01|CONNECTION|EPIPE|ECONNRESET/) });
    expect(source.taken).toBeLessThan(90_000_000);
    const blocked = new Admin({ url: database.url, applicationName: 'blocked' });
    await admin.run('insert into parents values (1)');
    await admin.transaction(async (tx) => {
      await tx.run('delete from parents');
      // The reference is checked once all data is there, and has to wait for the deletion
      const last = blocked.transaction((other) => pipeline(Readable.from([line(1, '1')]), other.copyIn(into)));
      last.catch(() => {});
      await vi.waitFor(async () => {
        const [waiting] = await backends.query<{ n: number }>(
          `select count(*)::int as n from pg_stat_activity where application_name = 'blocked' and wait_event_type = 'Lock'`,
        );
        expect(waiting!.n).toBe(1);
      }, 60_000);
      await backends.kill('blocked');
      await expect(last).rejects.toMatchObject({ code: expect.stringMatching(/57P01|CONNECTION/) });
    });
    await blocked[Symbol.asyncDispose]();
    expect(await count()).toBe(0);
  });

  test('ends with its stream; nothing else can be sent before', async () => {
    await admin.transaction(async (tx) => {
      const out = tx.copyOut('copy (select 1) to stdout');
      out.resume();
      await finished(out);
      expect(await tx.run('select 2 as two')).toEqual([{ two: 2 }]);
    });
  });
});
