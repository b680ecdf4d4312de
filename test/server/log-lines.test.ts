import { createHash } from 'node:crypto';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loggerOptions } from '../../src/lib/logger.ts';
import { HttpServer } from '../../src/server/http.ts';
import { createClient } from '../projects/support.ts';
import { type Company, type Member, World } from '../support/world.ts';

type Line = Record<string, unknown> & { msg?: string };

const logged: Line[] = [];
const sink = new Writable({
  write(chunk, _encoding, done) {
    logged.push(JSON.parse(String(chunk)) as Line);
    done();
  },
});

let world: World;
let http: HttpServer;
let company: Company;
let owner: Member;
let sql: postgres.Sql;

beforeAll(async () => {
  const logger = pino({ ...loggerOptions, level: 'info' }, sink);
  world = await World.open({ logger, env: { SLOW_STATEMENT_MS: '300' } });
  sql = postgres(world.databaseUrl, { max: 1, onnotice: () => {} });
  http = await HttpServer.listen({ router: world.router, host: '127.0.0.1', port: 0, graceMs: 1_000, logger });
  company = await world.company('Logged');
  owner = await company.as('OWNER');
  await createClient(owner, { name: 'Very secret' });
});

afterAll(async () => {
  await http.close();
  await world[Symbol.asyncDispose]();
  await sql.end();
});

const query = 'query Slowly($name: String!) { clients(first: 3, where: { name: { eq: $name } }) { nodes { name } } }';

async function ask(text: string, variables = {}): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${http.port}/t/${company.tenant.slug}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${owner.session.accessToken}` },
    body: JSON.stringify({ query: text, variables }),
  });
  await response.text();
}

const slowLine = () =>
  logged.find(({ msg, document }) => msg === 'a slow statement' && (document as { name?: string })?.name === 'Slowly');

/** Asks while somebody has locked the table, for longer than makes a statement slow. */
async function askSlowly(): Promise<void> {
  const lock = await sql.reserve();
  await lock`begin`;
  await lock`lock table ${lock(company.tenant.schemaName)}.clients in access exclusive mode`;
  const asked = ask(query, { name: 'Very secret' });
  const blocked = () => lock`select 1 from pg_stat_activity where pg_backend_pid() = any (pg_blocking_pids(pid))`;
  await expect.poll(async () => (await blocked()).length).toBeGreaterThan(0);
  await lock`select pg_sleep(0.35)`;
  await lock`commit`;
  lock.release();
  await asked;
}

describe('a slow statement', () => {
  it('is logged with its request, its document and its plan, and without a value', async () => {
    // One line in ten seconds: a statement of before may have had it
    await expect
      .poll(async () => {
        if (!slowLine()) await askSlowly();
        return slowLine();
      })
      .toBeDefined();
    const line = slowLine()!;
    expect(line).toMatchObject({
      tenant: company.tenant.slug,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      schema: company.tenant.schemaName,
      document: { name: 'Slowly', sha256: createHash('sha256').update(query).digest('hex') },
    });
    expect(line.ms).toBeGreaterThanOrEqual(300);
    expect(JSON.stringify(line.plan)).toContain('on clients');
    expect(JSON.stringify(line)).not.toContain('secret');
  });
});

describe('an unexpected error', () => {
  it('is logged with its request and organization, each request with an id of its own', async () => {
    await sql`alter table ${sql(company.tenant.schemaName)}.clients rename column name to other`;
    logged.length = 0;
    await Promise.all([ask(query, { name: 'a' }), ask('{ clients(first: 2) { nodes { name } } }')]);
    const lines = logged.filter(({ msg }) => msg === 'unexpected error');
    expect(lines.length).toBeGreaterThanOrEqual(2);
    expect(new Set(lines.map(({ tenant }) => tenant))).toEqual(new Set([company.tenant.slug]));
    expect(new Set(lines.map(({ requestId }) => requestId)).size).toBe(lines.length);
  });
});
