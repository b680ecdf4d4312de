import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Admin } from '../../src/db/admin.ts';
import { Listener, type Notification } from '../../src/db/listener.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { Wire } from './wire.ts';

let database: TestDatabase;
let admin: Admin;
const channel = 'Chantier "quoted"';
const heard: Notification[] = [];

beforeAll(async () => {
  database = await createDatabase();
  admin = new Admin({ url: database.url });
});

beforeEach(() => {
  heard.length = 0;
});

afterAll(async () => {
  await admin[Symbol.asyncDispose]();
  await database.drop();
});

const notify = (payload: unknown): Promise<unknown> =>
  admin.run('select pg_notify($1, $2)', [channel, typeof payload === 'string' ? payload : JSON.stringify(payload)]);

test('receives its topics, and survives foreign notifications and failing handlers', async () => {
  await using listener = new Listener({ url: database.url, channel });
  const off = listener.on('task', (notification) => heard.push(notification));
  listener.on('task', () => {
    throw new Error('a careless handler');
  });
  listener.on('task', (notification) => heard.push(notification));
  await expect.poll(() => listener.up).toBe(true);
  for (const payload of ['no json', '1', '{"topic":1}', { topic: 'other', id: 0 }]) await notify(payload);
  await notify({ topic: 'task', id: '1' });
  await expect
    .poll(() => heard)
    .toEqual([
      { topic: 'task', id: '1' },
      { topic: 'task', id: '1' },
    ]);
  off();
  await notify({ topic: 'task', id: '2' });
  await expect.poll(() => heard).toHaveLength(3);
});

test('is down as soon as its connection is, and recovers by itself', async () => {
  await using wire = await Wire.to(database.url);
  await using listener = new Listener({ url: wire.url, channel });
  const states: boolean[] = [];
  listener.onStateChange((up) => states.push(up));
  listener.on('task', (notification) => heard.push(notification));
  await expect.poll(() => listener.up).toBe(true);
  await admin.run(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'chantier notifications' and datname = current_database()`,
  );
  await expect.poll(() => states).toEqual([true, false, true]);
  wire.cut();
  await expect.poll(() => states).toEqual([true, false, true, false, true]);
  await wire.close();
  await expect.poll(() => listener.up).toBe(false);
  await wire.reopen();
  await expect.poll(() => listener.up).toBe(true);
  await notify({ topic: 'task', id: 'after' });
  await expect.poll(() => heard).toEqual([{ topic: 'task', id: 'after' }]);
});

test('notices a server that no longer answers', async () => {
  await using wire = await Wire.to(database.url);
  await using listener = new Listener({ url: wire.url, channel, heartbeatMs: 50 });
  await expect.poll(() => listener.up).toBe(true);
  wire.fallSilent();
  await expect.poll(() => listener.up).toBe(false);
});

test('can be stopped at any time, also while it cannot connect', async () => {
  const url = new URL(database.url);
  url.port = '1';
  const listener = new Listener({ url: url.href, channel });
  await listener[Symbol.asyncDispose]();
  expect(listener.up).toBe(false);
});
