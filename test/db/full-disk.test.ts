import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Admin } from '../../src/db/admin.ts';
import { toAppError } from '../../src/db/pg-errors.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
  await using admin = new Admin({ url: database.url });
  await admin.run('create table public.rows (id int)');
  await admin.run(`create function public.no_room() returns trigger language plpgsql as $$
    begin if new.id > 1000 then raise exception 'could not extend file: No space left on device' using errcode = '53100'; end if; return new; end $$`);
  await admin.run('create trigger no_room before insert on public.rows for each row execute function public.no_room()');
});

afterAll(() => database.drop());

it.each([10, 20_000])('says that the disk is full, with %i rows after the one that failed', async (more) => {
  await using admin = new Admin({ url: database.url });
  const rows = function* () {
    for (let id = 1; id <= 1000 + more; id++) yield `${id}\n`;
  };
  const error = await admin
    .transaction((tx) => pipeline(Readable.from(rows()), tx.copyIn('copy public.rows from stdin')))
    .catch((cause: unknown) => cause);
  expect(toAppError(error)).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('disk') });
});
