import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import postgres from 'postgres';
import { startEmbedded } from '../src/db/embedded.ts';
import { migrateFleet } from '../src/fleet/schemas/migrate.ts';
import { buildGraphServer } from '../src/serve.ts';
import { HttpServer } from '../src/server/http.ts';
import type { Request } from './contenders/contender.ts';
import { openFleet } from './fleet/estate.ts';
import type { Job, Load } from './load/job.ts';
import { LoadGenerator } from './load/load-generator.ts';
import { quantile } from './measure/figures.ts';
import { makeAudience } from './realtime/audience.ts';

/*
 * What members notice of slow analysts: `node bench/analysts.ts --rows 500000 --seconds 5 --rounds 4`. Two members, one
 * of the analysts' organization and one of another, ask for a small page over and over; in every second turn ten
 * aggregates over all time entries are under way as well, sent with an API key that only reads.
 */
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '500000' },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '4' },
    analysts: { type: 'string', default: '10' },
  },
});
const seconds = Number(values.seconds);

await using resources = new AsyncDisposableStack();
const dataDir = await mkdtemp(path.join(tmpdir(), 'chantier-analysts-'));
resources.defer(() => rm(dataDir, { recursive: true, force: true }));
const server = resources.use(await startEmbedded({ dataDir, settings: { max_connections: 100 } }));
const { app, fleet } = await openFleet(server.url);
resources.use(app);
await migrateFleet(fleet);
const wanted = { members: 1, role: 'MEMBER' } as const;
const here = await makeAudience(app, fleet, { number: 0, ...wanted });
const there = await makeAudience(app, fleet, { number: 1, ...wanted });
await fill(server.url, Number(values.rows));
const { router } = buildGraphServer(app);
const http = resources.use(await HttpServer.listen({ router, host: '127.0.0.1', port: 0, graceMs: 100 }));

/** Clients, projects and time entries in every organization. */
async function fill(url: string, rows: number): Promise<void> {
  const database = postgres(url, { max: 1, onnotice: () => {} });
  const schemas = await database`select schema_name as name from catalog.tenant_schemas`;
  for (const { name } of schemas) {
    await database.unsafe(`set search_path = "${name}", extensions`);
    await database.unsafe(`insert into clients (id, name, sector)
      select gen_random_uuid(), 'Client ' || n, 'Sector ' || n % 7 from generate_series(1, 100) n`);
    await database.unsafe(`insert into projects (id, client_id, name, code, start_date)
      select gen_random_uuid(), id, 'Project of ' || name, replace(name, ' ', '-'), '2026-01-01' from clients`);
    await database.unsafe(`insert into time_entries (id, project_id, profile_id, work_date, hours, description)
      select gen_random_uuid(), p.ids[1 + n % 100], o.id, date '2020-01-01' + n % 2000, (n % 96) / 4.0, 'Work ' || n
      from generate_series(1, ${rows}) n, (select array_agg(id) as ids from projects) p,
        (select id from profiles order by id limit 1) o`);
  }
  await database.unsafe('vacuum analyze');
  await database.end();
}

const request = (token: string, query: string): Request => ({
  path: '/graphql',
  headers: { 'content-type': 'application/json', accept: 'application/json', authorization: `Bearer ${token}` },
  body: JSON.stringify({ query }),
});

/** A key of the owner that only reads: its requests are those of analysts. */
async function analystKey(owner: string): Promise<string> {
  const scopes = 'PROJECT_READ, CLIENT_READ, TIME_READ_ALL';
  const query = `mutation { createApiKey(input: { name: "analyst", scopes: [${scopes}] }) { key } }`;
  const { path: at, ...init } = request(owner, query);
  const answer = await fetch(`http://127.0.0.1:${http.port}${at}`, { method: 'POST', ...init });
  const { data, errors } = (await answer.json()) as { data?: { createApiKey: { key: string } }; errors?: unknown };
  if (!data) throw new Error(JSON.stringify(errors));
  return data.createApiKey.key;
}

const page = `{ projects(first: 10, orderBy: [{ field: NAME, direction: ASC }]) {
  totalCount nodes { name status client { name sector } timeEntries(first: 3) { nodes { workDate hours } } }
} }`;
const slow = `{ timeEntriesAggregate(
  by: [{ project: { id: true, client: { id: true, sector: true } }, workDate: WEEK }]
  orderBy: [{ sum: HOURS, direction: DESC }]
  first: 1000
) { keys { projectKeys { clientKeys { sector } } project { name } week: workDate(by: WEEK) } hours: sum(of: HOURS) count } }`;

const generators = { colleague: new LoadGenerator(), neighbour: new LoadGenerator(), analysts: new LoadGenerator() };
for (const generator of Object.values(generators)) resources.use(generator);
const job = { port: http.port, seconds, requestsAtMost: 1_000_000, takesRefusals: true } satisfies Partial<Job>;
const key = await analystKey(here.owner);
const members = { colleague: here.members[0]!, neighbour: there.members[0]! };
const names = ['colleague', 'neighbour'] as const;
const latencies = () => ({ colleague: [] as number[], neighbour: [] as number[] });

async function watch(into: ReturnType<typeof latencies>): Promise<void> {
  await Promise.all(
    names.map(async (name) => {
      const load = await generators[name].run({
        ...{ ...job, takesRefusals: false, concurrency: 1 },
        requests: [request(members[name], page)],
      });
      into[name].push(...load.latencies);
    }),
  );
}

const analyse = (): Promise<Load> =>
  generators.analysts.run({ ...job, concurrency: Number(values.analysts), requests: [request(key, slow)] });

await watch(latencies());
const [quiet, loud] = [latencies(), latencies()];
const sent: Load[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  await watch(quiet);
  const [load] = await Promise.all([analyse(), watch(loud)]);
  sent.push(load);
}
const p99 = (all: number[]) => quantile(Float64Array.from(all).sort(), 0.99);
for (const name of names) {
  const [before, during] = [p99(quiet[name]), p99(loud[name])];
  console.log(
    `${name}: p99 ${before.toFixed(1)} ms quiet, ${during.toFixed(1)} ms loud: ${(during / before).toFixed(2)}x ` +
      `(${quiet[name].length} and ${loud[name].length} requests)`,
  );
}
const answered = sent.flatMap((load) => [...load.latencies]);
const refusals = new Map<string, number>();
for (const [what, count] of sent.flatMap((load) => [...load.refusals])) {
  refusals.set(what, (refusals.get(what) ?? 0) + count);
}
const refused = [...refusals].map(([what, count]) => `${count} times ${what}`);
console.log(
  `analysts: ${answered.length} requests, median ${quantile(Float64Array.from(answered).sort(), 0.5).toFixed(0)} ms; ` +
    `refused: ${refused.join(', ') || 'none'}`,
);
