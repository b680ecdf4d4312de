import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startEmbedded } from '../src/db/embedded.ts';
import { migrateFleet } from '../src/fleet/schemas/migrate.ts';
import { buildGraphServer } from '../src/serve.ts';
import { HttpServer } from '../src/server/http.ts';
import { openFleet } from './fleet/estate.ts';
import { databaseSeconds, processSeconds } from './measure/processor.ts';
import { type Audience, makeAudience } from './realtime/audience.ts';
import type { Listening, Reopened } from './realtime/listeners.ts';

/*
 * Measures subscriptions: `node --expose-gc bench/realtime.ts --tenants 10 --subscribers 20 --rate 200 --seconds 10`.
 * Members of each tenant follow its chat or its board, each on a socket of its own; another process opens the sockets,
 * sends the changes, and measures from the request of a change to its frame. With `--rate 0` only memory is measured.
 * `--warm` is a number of seconds before those that are measured. `--bare` measures a server that does nothing but pass
 * the changes on (`bare-server.ts`). `--reconnect` then cuts all sockets off at once and opens them again, while a
 * third process sends twenty queries a second.
 */
const { values } = parseArgs({
  options: {
    tenants: { type: 'string', default: '10' },
    subscribers: { type: 'string', default: '20' },
    members: { type: 'string', default: '20' },
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '10' },
    warm: { type: 'string', default: '0' },
    follow: { type: 'string', default: 'chat' },
    transport: { type: 'string', default: 'websocket' },
    role: { type: 'string', default: 'MEMBER' },
    bare: { type: 'boolean', default: false },
    reconnect: { type: 'boolean', default: false },
  },
});
const [tenants, subscribers, members] = [Number(values.tenants), Number(values.subscribers), Number(values.members)];
const [rate, seconds] = [Number(values.rate), Number(values.seconds)];

await using resources = new AsyncDisposableStack();
const dataDir = await mkdtemp(path.join(tmpdir(), 'chantier-realtime-'));
resources.defer(() => rm(dataDir, { recursive: true, force: true }));
const server = resources.use(await startEmbedded({ dataDir, settings: { max_connections: 100 } }));
const { app, fleet } = await openFleet(server.url);
resources.use(app);
await migrateFleet(fleet);
const audiences: Audience[] = [];
for (let n = 0; n < tenants; n++) {
  audiences.push(await makeAudience(app, fleet, { number: n, members, role: values.role as 'MEMBER' }));
}
const { router } = buildGraphServer(app);
const limits = {
  headersMs: 60_000,
  bodyMs: 60_000,
  bytesPerSecond: 1,
  connections: 50_000,
  connectionsPerAddress: 50_000,
};
const http = resources.use(await HttpServer.listen({ router, host: '127.0.0.1', port: 0, graceMs: 100, limits }));

const collected = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().rss;
};
const before = collected();
const start = (file: string): ChildProcess => {
  const child = fork(path.resolve(import.meta.dirname, 'realtime', file), [], { execArgv: [] });
  resources.defer(async () => void child.kill());
  return child;
};
const bare = values.bare ? start('bare-server.ts') : undefined;
const port = bare ? Number((await once(bare, 'message'))[0]) : http.port;
const measured = bare?.pid ?? process.pid;
const child = start('listeners.ts');
const told = async (): Promise<Listening> => (await once(child, 'message'))[0] as Listening;
child.send({
  port,
  audiences,
  subscribers,
  rate,
  seconds,
  warm: Number(values.warm),
  follow: values.follow,
  transport: values.transport,
});
const opened = await told();
console.log(`${opened.sockets} sockets open after ${opened.ms.toFixed(0)} ms, ${opened.failed} refused`);
await delay(1_000);
const held = collected() - before;
console.log(`memory: ${(held / opened.sockets / 1024).toFixed(1)} kB for each socket`);
const idle = processSeconds(measured);
await delay(10_000);
console.log(`idle: ${((processSeconds(measured) - idle) / 0.1).toFixed(1)} % of a core`);
child.send('go');
await once(child, 'message');
const [node, database] = [processSeconds(measured), databaseSeconds(server.pid)];
const done = await told();
const share = (used: number) => `${((used * 100) / (done.ms / 1000)).toFixed(0)} %`;
console.log(
  `${done.changes} changes, ${done.frames} frames (${done.expected} expected) in ${(done.ms / 1000).toFixed(1)} s: ` +
    `p50 ${done.p50.toFixed(1)}, p95 ${done.p95.toFixed(1)}, p99 ${done.p99.toFixed(1)} ms (half of the changes were answered within ${done.answered.toFixed(1)}); ` +
    `processor ${share(processSeconds(measured) - node)} here, ${share(databaseSeconds(server.pid) - database)} in the database`,
);
if (values.reconnect) {
  const bystander = start('bystander.ts');
  bystander.send({ port, token: audiences[0]!.owner });
  await once(bystander, 'message');
  child.send('reconnect');
  const { ms, refused, sockets } = (await once(child, 'message'))[0] as Reopened;
  bystander.send('stop');
  const { count, p50, p99 } = (await once(bystander, 'message'))[0] as { count: number; p50: number; p99: number };
  console.log(
    `${sockets} sockets open again after ${(ms / 1000).toFixed(1)} s, ${refused} refusals on the way; ` +
      `${count} queries of a bystander meanwhile: p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)} ms`,
  );
}
