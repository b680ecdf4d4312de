import { afterAll, expect, it } from 'vitest';
import { createDatabase } from '../support/database.ts';
import { logged, runProgram, startProgram } from '../support/program.ts';

// `test/graph/rate-limits.test.ts` shows the same with two servers of one process, in seconds

const database = await createDatabase();
afterAll(() => database.drop());

const start = (args: string[]) => startProgram(args, { DATABASE_URL: database.url });
const chantier = (args: string[]) => runProgram(args, { DATABASE_URL: database.url });

it('spends the points of a key once, whichever of two servers is asked', { timeout: 900_000 }, async () => {
  expect(await chantier(['migrate'])).toMatchObject({ code: 0 });
  expect(await chantier(['tenant', 'create', 'Limited', '--slug', 'limited'])).toMatchObject({ code: 0 });
  const person = ['--first-name', 'Ada', '--last-name', 'Byron', '--tenant', 'limited', '--role', 'OWNER'];
  expect(await chantier(['user', 'create', 'ada@limited.example', ...person])).toMatchObject({ code: 0 });
  const scopes = ['--name', 'sync', '--scopes', 'project:read', '--points', '1000', '--restore-rate', '1'];
  const key = await chantier(['apikey', 'create', '--tenant', 'limited', '--user', 'ada@limited.example', ...scopes]);
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${key.stdout.trim()}` };
  const servers = [start(['serve']), start(['serve'])];
  const ports = await Promise.all(servers.map(async (server) => (await logged(server, 'listening')).port));
  const answer = async (port: unknown, query: string) => {
    const init = { method: 'POST', headers, body: JSON.stringify({ query }) };
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, init);
    const { extensions } = (await response.json()) as { extensions?: { cost: { actual: number } } };
    return { status: response.status, points: extensions?.cost.actual ?? 0 };
  };
  // Reads nothing from the database, so it costs its estimate
  const skipped = Array.from({ length: 480 }, (_, n) => `r${n}: role`).join(' ');
  const fivePoints = `query ($all: Boolean = false) { viewer { role ... @include(if: $all) { ${skipped} } } }`;
  const began = performance.now();
  const asked = Array.from({ length: 800 }, (_, n) => answer(ports[n % 2], fivePoints));
  const answers = await Promise.all(asked);
  const askedMs = performance.now() - began;
  // Each server may have kept up to four points, too few for another of these
  for (const port of ports) for (let n = 0; n < 10; n++) answers.push(await answer(port, '{ viewer { role } }'));
  const restored = Math.ceil((performance.now() - began) / 1_000);
  const served = answers.reduce((sum, { points }) => sum + points, 0);
  const figures = `${served} points in ${Math.round(askedMs)} ms of 4000, with ${restored} s of one point each`;
  process.stdout.write(`${figures}\n`);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 429]));
  expect(served).toBeGreaterThanOrEqual(1_000);
  expect(served).toBeLessThanOrEqual(1_000 + restored);
});
