import { afterAll, beforeAll, expect, it } from 'vitest';
import { Admin } from '../../src/db/admin.ts';
import type { TenantTable } from '../../src/fleet/copy/tenant-tables.ts';
import { type Copy, compareCopies } from '../../src/fleet/move/compare.ts';
import type { Installation } from '../../src/tenancy/installation.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let sent: string | undefined;
let here: Admin;
let there: Admin;

const column = { name: 'id', type: 'integer', nullable: false, collated: false, generated: false };
const names = ['large', 'middle', 'small'];
const tables = names.map((name) => ({
  name,
  columns: [column],
  primaryKey: ['id'],
  counters: [],
})) as unknown as TenantTable[];

beforeAll(async () => {
  database = await createDatabase();
  here = new Admin({
    url: database.url,
    onStatement: (text) => {
      if (text.includes('md5')) sent = text;
    },
  });
  there = new Admin({ url: database.url });
  for (const schema of ['one', 'other']) {
    await here.run(`create schema ${schema}`);
    for (const [name, rows] of [
      ['large', 30_000],
      ['middle', 3_000],
      ['small', 3],
    ] as const) {
      await here.run(`create table ${schema}.${name} as select id from generate_series(1, ${rows}) as id`);
      // One worker for each table
      await here.run(`alter table ${schema}.${name} set (parallel_workers = 0)`);
      await here.run(`analyze ${schema}.${name}`);
    }
  }
});

afterAll(async () => {
  await here[Symbol.asyncDispose]();
  await there[Symbol.asyncDispose]();
  await database.drop();
});

/** What makes the server read the tables by several workers, as it does by itself when they are large. */
const inParallel = `select set_config(name, value, true) from (values ('parallel_setup_cost', '0'), ('parallel_tuple_cost', '0'),
  ('min_parallel_table_scan_size', '0'), ('max_parallel_workers_per_gather', '4'), ('parallel_leader_participation', 'off')) as wanted (name, value)`;

const copyIn = (schemaName: string, admin: Admin, tx: Copy['tx']): Copy => ({
  endpoint: { place: { databaseId: '', schemaName, roleName: '' }, admin, installation: {} as Installation },
  tx,
});

const compare = () =>
  here.transaction(async (tx) => {
    await tx.run(inParallel);
    await there.transaction((other) => compareCopies(copyIn('one', here, tx), copyIn('other', there, other), tables));
    const plan = await tx.run<{ 'QUERY PLAN': string }>(`explain ${sent}`, names);
    return plan.map((line) => line['QUERY PLAN']).join('\n');
  });

it('compares copies by table, whatever order a parallel plan reads them in', async () => {
  for (let n = 0; n < 5; n++) expect(await compare()).toContain('Parallel Append');
});

it('names the tables that differ', async () => {
  await there.run('delete from other.small where id = 1');
  await there.run('update other.middle set id = 0 where id = 1');
  await expect(compare()).rejects.toMatchObject({ message: 'The copy differs in middle, small' });
});
