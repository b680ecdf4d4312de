import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { citusBreaches } from './support/citus-lint.ts';
import { root } from './support/sources.ts';

const sharded = readdirSync(path.join(root, 'drizzle')).filter((line) => line !== 'database');

function statementsOf(line: string): string[] {
  const folder = path.join(root, 'drizzle', line);
  return readdirSync(folder).flatMap((name) =>
    readFileSync(path.join(folder, name, 'migration.sql'), 'utf8').split('--> statement-breakpoint'),
  );
}

describe('the lint', () => {
  it.each([
    'create table a (id int primary key); create index on a (id)',
    'do $$ begin create table a (id int); end $$',
    'create table "a" ("id" serial primary key)',
    'alter table "a" add constraint "f" foreign key ("x") references "catalog"."users"("id")',
    "create type mood as enum ('a', 'b')",
    'alter table "a" add column "b" int check (b > 0)',
    'alter table "a" add constraint "c" check (b > 0), add column "d" int',
    'insert into a (id) values ($1) on conflict (id) do update set at = now()',
    'update "a" set "id" = gen_random_uuid() where "x" = $1',
    'insert into a (id) values ((select max(id) from b))',
    'merge into a using b on a.id = b.id when matched then do nothing',
    'select * from a',
    "select pg_notify('x', id::text) from a",
  ])('refuses %s', (sql) => {
    expect(citusBreaches(sql)).not.toEqual([]);
  });

  it.each([
    'insert into a (id) values ($1) on conflict (id) do update set at = excluded.at returning id',
    'select count(*) from "a"',
    "update a set note = 'now() * random()' where id = $1",
    'select pg_advisory_xact_lock(hashtextextended($1, 0))',
  ])('allows %s', (sql) => {
    expect(citusBreaches(sql)).toEqual([]);
  });
});

describe.each(sharded)('migrations of %s', (line) => {
  it('keep to the rules of sharding', () => {
    expect(statementsOf(line).flatMap(citusBreaches)).toEqual([]);
  });

  it('give every table a primary key', () => {
    const tables = statementsOf(line).filter((sql) => /create table/i.test(sql));
    expect(tables.filter((sql) => !/primary key/i.test(sql))).toEqual([]);
  });
});
