import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { serve } from '../../src/serve.ts';
import { commandLine } from '../support/command-line.ts';
import { ownWorld } from '../support/own-world.ts';
import { root } from '../support/sources.ts';
import { testSecret } from '../support/test-secret.ts';
import type { Member, World } from '../support/world.ts';

const token = 'the-token-of-the-metrics';
const operation = 'query Board { tasks { totalCount } }';
let world: World;
let manager: Member;
let other: Member;

beforeAll(async () => {
  world = await ownWorld();
  manager = await (await world.company('Acme')).as('MANAGER');
  other = await (await world.company('Globex')).as('MANAGER');
});

afterAll(() => world[Symbol.asyncDispose]());

/** A server in production with these settings, until the work is done. */
async function serving<T>(env: Record<string, string>, work: (port: number, metricsPort: number) => Promise<T>) {
  const stop = new AbortController();
  const listening = Promise.withResolvers<{ port: number; metricsPort: number }>();
  const write = (line: string) => {
    const entry = JSON.parse(line);
    if (entry.msg === 'listening') listening.resolve(entry);
  };
  const config = loadConfig({
    NODE_ENV: 'production',
    DATABASE_URL: world.app.installation.adminUrl,
    SECRET: testSecret,
    PUBLIC_URL: 'http://localhost',
    HOST: '127.0.0.1',
    PORT: '0',
    SPARE_SCHEMAS: '0',
    ...env,
  });
  const served = serve({
    config,
    logger: pino({ level: 'info' }, { write }),
    signal: stop.signal,
    stdout: { write() {} },
  });
  served.catch(listening.reject);
  const { port, metricsPort } = await listening.promise;
  try {
    return await work(port, metricsPort);
  } finally {
    stop.abort();
    await served;
  }
}

async function ask(port: number, member: Member, query: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...member.headers },
    body: JSON.stringify({ query }),
  });
  await response.text();
}

const read = (port: number, path = '/metrics', given = token) =>
  fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${given}` } });

/** The value of one series. */
const numberOf = (text: string, series: string): number | undefined => {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
};

it('is off by default', async () => {
  await serving({}, async (port, metricsPort) => {
    expect(metricsPort).toBeUndefined();
    expect((await read(port)).status).toBe(404);
  });
});

it('exports operations, tenants, slots, plans and tasks to Prometheus, and no personal data', async () => {
  const text = await serving({ METRICS_PORT: '0', METRICS_TENANTS: '1' }, async (port, metricsPort) => {
    for (let i = 0; i < 5; i++) await ask(port, manager, operation);
    await ask(port, other, operation);
    await ask(port, manager, 'mutation Make { createClient(input: { name: "" }) { client { id } } }');
    await ask(port, manager, 'query Bad($n: Int!) { tasks(first: $n) { totalCount } }');
    await ask(port, manager, '{ nothing }');
    await ask(port, manager, '{');
    await fetch(`http://127.0.0.1:${port}/health/live`);
    await expect
      .poll(async () => numberOf(await (await read(metricsPort)).text(), 'chantier_tenants{state="ACTIVE"}'))
      .toBe(2);
    expect((await read(port)).status).toBe(404);
    expect((await fetch(`http://127.0.0.1:${metricsPort}/graphql`)).status).toBe(404);
    // A request is counted once its connection is through with it
    const counted = async () =>
      numberOf(
        await (await read(metricsPort)).text(),
        'chantier_http_request_duration_seconds_count{route="health",status="2xx"}',
      );
    await expect.poll(counted).toBe(1);
    await ask(port, manager, operation);
    return (await read(metricsPort)).text();
  });
  const { slug } = manager.company.tenant;
  expect(numberOf(text, 'chantier_operations_total{kind="query",compiled="true",outcome="OK"}')).toBe(7);
  expect(numberOf(text, 'chantier_operations_total{kind="mutation",compiled="false",outcome="BAD_INPUT"}')).toBe(1);
  expect(
    numberOf(text, 'chantier_http_request_duration_seconds_count{route="graphql",status="2xx"}'),
  ).toBeGreaterThanOrEqual(7);
  expect(text).not.toContain('outcome="INTERNAL"');
  expect(numberOf(text, 'chantier_operations_total{kind="query",compiled="false",outcome="BAD_INPUT"}')).toBe(1);
  expect(numberOf(text, 'chantier_database_up{database="primary"}')).toBe(1);
  expect(numberOf(text, 'chantier_tenants{state="MIGRATING"}')).toBe(0);
  for (const file of ['ops/alerts.yml', 'ops/grafana-dashboard.json']) {
    const written = await readFile(path.join(root, file), 'utf8');
    const names = new Set([...written.matchAll(/chantier_\w+/g)].map(([name]) => name.replace(/_(bucket|count)$/, '')));
    expect(names.size).toBeGreaterThan(5);
    for (const name of names) expect(text).toContain(`# TYPE ${name} `);
  }
  // Those that had no series yet were counted under the others
  expect(numberOf(text, `chantier_tenant_operations_total{tenant="${slug}"}`)).toBe(1);
  expect(numberOf(text, 'chantier_tenant_operations_total{tenant="other"}')).toBe(7);
  expect(numberOf(text, 'chantier_slots{database="primary",state="busy"}')).toBe(0);
  expect(numberOf(text, 'chantier_slots_opened_total{database="catalog"}')).toBeGreaterThan(0);
  expect(numberOf(text, 'chantier_plans_kept')).toBeGreaterThan(0);
  expect(numberOf(text, 'chantier_directory_lookups_total{known="true"}')).toBeGreaterThanOrEqual(0);
  expect(numberOf(text, 'chantier_listener_up')).toBe(1);
  expect(numberOf(text, 'chantier_job_attempts_total{outcome="died"}')).toBe(0);
  expect(text).toMatch(/^chantier_upkeep_runs_total\{task="prune",outcome="done"\} \d+$/m);
  expect(text).toMatch(/^process_cpu_seconds_total /m);
  for (const person of [manager, other]) {
    expect(text).not.toContain(person.user.id);
    expect(text).not.toContain(person.profileId);
    expect(text).not.toContain(person.user.email);
  }
});

it('is on the server’s port for requests with the token, and lists an organization’s slowest operations', async () => {
  await serving({ METRICS_TOKEN: token }, async (port) => {
    const { slug } = manager.company.tenant;
    for (let i = 0; i < 3; i++) await ask(port, manager, operation);
    expect((await read(port, '/metrics', 'another-token-of-16')).status).toBe(401);
    expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(401);
    expect((await fetch(`http://127.0.0.1:${port}/metrics/tenants/${slug}`)).status).toBe(401);
    expect(await (await read(port, '/metrics/tenants/nobody')).json()).toMatchObject({ tenant: null });
    const look = async () => (await read(port, `/metrics/tenants/${slug}`)).json();
    // The end of what only reads is not waited for
    await expect.poll(async () => (await look()).slots.primary.busy).toBe(0);
    const known = await look();
    expect(known).toMatchObject({
      tenant: { total: { operations: 3, errors: 0 }, timings: [{ name: 'Board', count: 3 }] },
      plans: { kept: expect.any(Number) },
    });
    expect(known.tenant.total.databaseMs).toBeGreaterThan(0);
    const chantier = commandLine(world.app);
    const told = await chantier(['tenant', 'metrics', slug, '--server', `http://127.0.0.1:${port}`, '--json']);
    // The command has no token
    expect(JSON.parse(told.stdout)).toMatchObject({ slug, server: null });
    const { metrics } = world.app.config;
    const config = { ...world.app.config, port, metrics: { ...metrics, token } };
    const { fleet, catalog, binding, directory, identity } = world.app;
    const withToken = commandLine({ config, fleet, catalog, binding, directory, identity });
    const asked = await withToken(['tenant', 'metrics', slug]);
    expect(asked.stdout).toMatch(/times: Board$/m);
    expect(asked.stdout).toContain('operations     3, 0 with an error');
  });
});

it('measures organizations by the database’s statistics, or exactly', async () => {
  const chantier = commandLine(world.app);
  const { slug } = manager.company.tenant;
  const one = await chantier(['tenant', 'metrics', slug, '--exact', '--json']);
  expect(one.code).toBe(0);
  const measure = JSON.parse(one.stdout);
  expect(measure).toMatchObject({ slug, database: 'primary', slowest: null, server: null });
  expect(measure.bytes.tables).toBeGreaterThan(100_000);
  expect(measure.bytes.indexes).toBeGreaterThan(100_000);
  expect(Date.now() - Date.parse(measure.lastActivityAt)).toBeLessThan(600_000);
  // One profile, its event, the settings
  expect(measure.rows).toBeGreaterThanOrEqual(2);
  const all = JSON.parse((await chantier(['tenant', 'metrics', '--json'])).stdout);
  expect(all.away).toEqual([]);
  expect(all.tenants.map((each: { slug: string }) => each.slug).sort()).toEqual(
    [slug, other.company.tenant.slug].sort(),
  );
  expect((await chantier(['tenant', 'metrics'])).stdout).toContain('LAST ACTIVITY');
  expect((await chantier(['tenant', 'metrics', 'nobody'])).code).toBe(4);
});
