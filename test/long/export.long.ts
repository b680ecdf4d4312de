import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { served } from '../support/served.ts';
import { world } from '../support/world.ts';

const rows = Number(process.env.ROWS ?? 1_000_000);
const mostBytes = 64 * 1024 * 1024;
const here = await world();
const acme = await here.company();
const owner = await acme.as('OWNER');
const { origin } = await served(here);
const database = postgres(here.databaseUrl, { max: 1, onnotice: () => {} });
afterAll(() => database.end());
const schema = acme.tenant.schemaName;

beforeAll(async () => {
  await database.unsafe(`set search_path = "${schema}", extensions`);
  await database.unsafe(`insert into clients (id, name, sector)
    select gen_random_uuid(), 'Client ' || n, 'Sector ' || n % 7 from generate_series(1, 100) n`);
  await database.unsafe(`insert into projects (id, client_id, name, code, start_date)
    select gen_random_uuid(), id, 'Project of ' || name, replace(name, ' ', '-'), '2026-01-01' from clients`);
  await database.unsafe(`insert into time_entries (id, project_id, profile_id, work_date, hours, description)
    select gen_random_uuid(), p.ids[1 + n % 100], '${owner.profileId}', date '2020-01-01' + n % 2000, (n % 96) / 4.0,
      'Work number ' || n from generate_series(1, ${rows}) n, (select array_agg(id) as ids from projects) p`);
  await database.unsafe('vacuum analyze');
}, 900_000);

/** Seconds of processor time that a process has used. */
function secondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

const nodeSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

async function backendOf(applicationName: string): Promise<number[]> {
  const found = await database`select pid from pg_stat_activity where datname = current_database()
    and application_name = ${applicationName}`;
  return found.map(({ pid }) => pid as number);
}

/** The bytes of an export, the processor time of this process and of the backends, and the most additional memory. */
async function exported(query: string, format: string, more = '') {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 20);
  const pids = await backendOf('chantier');
  const from = { node: nodeSeconds(), backends: new Map(pids.map((pid) => [pid, secondsOf(pid)])) };
  const began = performance.now();
  // The client is another process, so that its time does not count
  const { stdout } = await promisify(execFile)('curl', [
    ...['-sS', '-o', '/dev/null', '-w', '%{http_code} %{size_download}', `${origin}/export?format=${format}${more}`],
    ...['-H', 'content-type: application/json', '-H', `authorization: ${owner.headers.authorization}`],
    ...['-d', JSON.stringify({ query })],
  ]);
  const seconds = (performance.now() - began) / 1_000;
  clearInterval(timer);
  const ofBackends = await backendOf('chantier');
  const backend = ofBackends.reduce((sum, pid) => sum + secondsOf(pid) - (from.backends.get(pid) ?? 0), 0);
  const [status, bytes] = stdout.split(' ').map(Number);
  return { status, bytes: bytes!, seconds, node: nodeSeconds() - from.node, backend, memory: most - before };
}

/** The processor time of the backend that copies the result of a query. */
async function copied(query: string): Promise<number> {
  const [row] = await database`select pg_backend_pid() as pid`;
  const from = secondsOf(row!.pid as number);
  const stream = await database.unsafe(`copy (${query}) to stdout (format csv, header)`).readable();
  await pipeline(stream, new Writable({ write: (_chunk, _encoding, done) => done() }));
  return secondsOf(row!.pid as number) - from;
}

const shapes = [
  {
    name: 'own columns',
    graph: 'id workDate hours billable description',
    sql: `select 'TimeEntry:' || id, work_date, hours, billable, description from time_entries order by work_date desc, id desc`,
  },
  {
    name: 'columns of the project and the client',
    graph: 'workDate hours project { name client { name sector } }',
    sql: `select work_date, hours, p.name, c.name, c.sector from time_entries t
      join projects p on p.id = t.project_id join clients c on c.id = p.client_id order by work_date desc, t.id desc`,
  },
];

it.each(shapes)('exports many rows in constant memory: $name', { timeout: 900_000 }, async ({ name, graph, sql }) => {
  const query = `{ timeEntries { nodes { ${graph} } } }`;
  // The first runs compile the program and grow its heap
  for (const format of ['csv', 'jsonl']) await exported(query, format, '&limit=100000');
  const copy = Math.min(await copied(sql), await copied(sql));
  for (const format of ['csv', 'jsonl']) {
    const { status, bytes, seconds, node, backend, memory } = await exported(query, format);
    const total = node + backend;
    process.stdout.write(
      `${name}, ${format}: ${rows} rows, ${(bytes / 1e6).toFixed(0)} MB in ${seconds.toFixed(1)} s; processor ${total.toFixed(1)} s ` +
        `(server ${node.toFixed(1)}, database ${backend.toFixed(1)}), ${(total / copy).toFixed(1)} times COPY's ${copy.toFixed(1)} s; ` +
        `${(memory / 1024 / 1024).toFixed(0)} MB more memory\n`,
    );
    expect(status).toBe(200);
    expect(bytes).toBeGreaterThan(rows * 20);
    expect(memory).toBeLessThan(mostBytes);
  }
});
