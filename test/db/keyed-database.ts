import { defineRelations } from 'drizzle-orm';
import { date, integer, numeric, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { Admin } from '../../src/db/admin.ts';
import type { Limits, Scope } from '../../src/db/bind-packet.ts';
import { quoteIdentifier } from '../../src/db/identifier.ts';
import { Session } from '../../src/db/session.ts';
import type { SlotPool } from '../../src/db/slot-pool.ts';
import { createDatabase } from '../support/database.ts';
import { routed } from '../support/through-pgbouncer.ts';

export const items = pgTable('items', {
  id: integer().primaryKey(),
  marker: text().notNull(),
  note: text(),
  amount: numeric({ precision: 12, scale: 2 }),
  day: date({ mode: 'string' }),
  at: timestamp({ withTimezone: true, precision: 3 }),
  tags: text().array(),
});

export const relations = defineRelations({ items });

export type TestSession = Session<typeof relations>;

export const limits: Limits = { statementMs: 5_000, lockMs: 2_000, idleMs: 5_000 };

/** A database with some keys, each a schema and a role of its own, and one row that says whose it is. */
export interface KeyedDatabase extends AsyncDisposable {
  /** A login that can do nothing but become one of the keys' roles. */
  appUrl: string;
  superUrl: string;
  /** A superuser, to look at everything from outside. */
  admin: Admin;
  keys: readonly string[];
  scope(key: string, access: Scope['access'], limits?: Limits): Scope;
  read(pool: SlotPool, key: string, signal?: AbortSignal): TestSession;
  write(pool: SlotPool, key: string, signal?: AbortSignal): TestSession;
  /** Kills every connection of the login; gives how many. */
  killAll(): Promise<number>;
  kill(pid: number): Promise<void>;
  /** The notes in a key's schema, as a superuser sees them. */
  notes(key: string): Promise<(string | null)[]>;
}

export async function createKeyedDatabase(count: number): Promise<KeyedDatabase> {
  const database = await createDatabase();
  const admin = new Admin({ url: database.url });
  const keys = Array.from({ length: count }, (_, index) => `k${index}`);
  const login = `${database.name}_app`;
  const roleOf = (key: string): string => `${database.name}_${key}`;
  await admin.run(`create role ${login} login noinherit password 'app'`);
  await admin.run(`alter role ${login} set search_path = ''`);
  await admin.run(`revoke all on schema public from public`);
  for (const key of keys) await createKey(admin, key, roleOf(key), login);

  const url = new URL(database.url);
  url.username = login;
  url.password = 'app';
  const scope = (key: string, access: Scope['access'], own = limits): Scope => ({
    key,
    searchPath: [key],
    role: roleOf(key),
    access,
    limits: own,
  });
  const open = (access: Scope['access']) => (pool: SlotPool, key: string, signal?: AbortSignal) =>
    new Session(pool, scope(key, access), relations, { signal });
  const others = `usename = '${login}' and datname = '${database.name}'`;
  return {
    appUrl: routed(url.href),
    superUrl: database.url,
    admin,
    keys,
    scope,
    read: open('read'),
    write: open('write'),
    async killAll() {
      return (await admin.run(`select pg_terminate_backend(pid) from pg_stat_activity where ${others}`)).length;
    },
    async kill(pid) {
      await admin.run('select pg_terminate_backend($1, 5000)', [pid]);
    },
    async notes(key) {
      const rows = await admin.run<{ note: string | null }>(
        `select note from ${quoteIdentifier(key)}.items order by id`,
      );
      return rows.map((row) => row.note);
    },
    async [Symbol.asyncDispose]() {
      for (const key of keys) await admin.run(`drop schema ${key} cascade`);
      for (const role of [...keys.map(roleOf), login]) await admin.run(`drop role ${role}`);
      await admin[Symbol.asyncDispose]();
      await database.drop();
    },
  };
}

async function createKey(admin: Admin, key: string, role: string, login: string): Promise<void> {
  await admin.run(`create role ${role} nologin`);
  await admin.run(`grant ${role} to ${login}`);
  await admin.run(`create schema ${key}`);
  await admin.run(`create table ${key}.items (
    id integer primary key, marker text not null, note text, amount numeric(12, 2), day date, at timestamptz(3),
    tags text[], constraint items_note_key unique (note) deferrable initially immediate
  )`);
  await admin.run(`insert into ${key}.items (id, marker) values (0, $1)`, [key]);
  await admin.run(`grant usage on schema ${key} to ${role}`);
  await admin.run(`grant select, insert, update, delete on ${key}.items to ${role}`);
}
