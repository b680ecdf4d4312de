import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbedded } from '../src/db/embedded.ts';
import type { MeasuredConnection, MeasuredDriver } from './drivers/driver.ts';
import { postgresJs } from './drivers/postgres-js.ts';
import { ensurePeer } from './ensure-peer.ts';
import { databaseSeconds } from './measure/processor.ts';

/*
 * Compares drivers on one connection: `node bench/driver.ts --seconds 3 --rounds 3`. Each sends transactions as the
 * server does, in one packet: BEGIN, settings, statements, COMMIT. Compare the processor time here: the rate also
 * depends on the database and the network. Each round runs every driver once; the table shows the medians.
 */
const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '3' }, rounds: { type: 'string', default: '3' } },
});
const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)];

const point = 'select id, title, body, status from tasks where id = $1::int';
const page = 'select id, title, body, status from tasks where id > $1::int order by id limit 100';

interface Workload {
  name: string;
  run(connection: MeasuredConnection): PromiseLike<unknown>[];
}

const idOf = (): string => String(1 + Math.floor(Math.random() * 9_000));
const workloads: Workload[] = [
  { name: 'one row', run: (c) => [c.query('point', point, [idOf()])] },
  { name: '100 rows', run: (c) => [c.query('page', page, [idOf()])] },
  {
    name: '20 statements of one row',
    run: (c) => Array.from({ length: 20 }, () => c.query('point', point, [idOf()])),
  },
];

interface Figures {
  perSecond: number;
  /** Microseconds of processor time for one transaction. */
  here: number;
  database: number;
}

async function transaction(connection: MeasuredConnection, { run }: Workload): Promise<void> {
  const begun = [connection.control('begin read only'), connection.control(`set local statement_timeout = '10s'`)];
  await Promise.all([...begun, ...run(connection), connection.control('commit')]);
}

async function measure(connection: MeasuredConnection, workload: Workload, pid: number): Promise<Figures> {
  for (let n = 0; n < 200; n++) await transaction(connection, workload);
  const [from, here, database] = [performance.now(), process.cpuUsage(), databaseSeconds(pid)];
  let count = 0;
  for (; performance.now() - from < seconds * 1000; count++) await transaction(connection, workload);
  const { user, system } = process.cpuUsage(here);
  return {
    perSecond: (count * 1000) / (performance.now() - from),
    here: (user + system) / count,
    database: ((databaseSeconds(pid) - database) * 1_000_000) / count,
  };
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;

if (!ensurePeer()) throw new Error('The packages of bench/ could not be installed');
// What the type checker does not see has the type that its comment says
const others = await Promise.all(
  ['pg', 'pg-protocol'].map(async (name) => {
    const { driver } = (await import(`./drivers/${name}.js`)) as { driver: MeasuredDriver };
    return driver;
  }),
);
const drivers = [postgresJs('bytes'), postgresJs('values'), ...others];

await using resources = new AsyncDisposableStack();
const dataDir = await mkdtemp(path.join(tmpdir(), 'chantier-drivers-'));
resources.defer(() => rm(dataDir, { recursive: true, force: true }));
const server = resources.use(await startEmbedded({ dataDir }));
const setup = await postgresJs('values').open(server.url);
await setup.control(`
  create table tasks (id int primary key, title text, body text, status text);
  insert into tasks select n, 'Task ' || n, repeat('word ', 20), 'TODO' from generate_series(1, 10000) as n;
  analyze tasks`);
await setup.close();

console.log(
  `Load before: ${loadavg()[0]!.toFixed(1)}; Node ${process.versions.node}; ${rounds} rounds of ${seconds} s`,
);
for (const workload of workloads) {
  const figures = new Map<string, Figures[]>(drivers.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const driver of drivers) {
      const connection = await driver.open(server.url);
      figures.get(driver.name)!.push(await measure(connection, workload, server.pid));
      await connection.close();
    }
  }
  console.log(
    `\n| ${workload.name} | transactions a second | µs here | µs in the database |\n| --- | ---: | ---: | ---: |`,
  );
  for (const [name, all] of figures) {
    const of = (figure: keyof Figures) => median(all.map((each) => each[figure])).toFixed(0);
    console.log(`| ${name} | ${of('perSecond')} | ${of('here')} | ${of('database')} |`);
  }
}
console.log(`\nLoad after: ${loadavg()[0]!.toFixed(1)}`);
