import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerDatabase } from '../../src/fleet/databases/register-database.ts';
import { confirmMove } from '../../src/fleet/move/end-move.ts';
import { settleMoves } from '../../src/fleet/move/settle-move.ts';
import { migrateFleet } from '../../src/fleet/schemas/migrate.ts';
import { commandLine } from '../support/command-line.ts';
import { type SecondServer, startSecondServer } from '../support/second-server.ts';
import { root } from '../support/sources.ts';
import { testSecret } from '../support/test-secret.ts';
import { type Company, World } from '../support/world.ts';
import { by, placeOf } from './support.ts';

/** PLACEMENT_KILLS says how often; once is enough to see that a killed process is no other than a dying one. */
const kills = Number(process.env.PLACEMENT_KILLS ?? 1);

let home: SecondServer;
let away: SecondServer;
let homeUrl: string;
let world: World;

beforeAll(async () => {
  home = await startSecondServer();
  away = await startSecondServer();
  homeUrl = (await home.createDatabase()).url;
  world = await World.open({ env: { ...home.env, POOL_WAIT_MS: '2000' }, databaseUrl: homeUrl });
  await migrateFleet(world.app.fleet);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await home[Symbol.asyncDispose]();
  await away[Symbol.asyncDispose]();
});

const writing = 'mutation ($input: CreateClientInput!) { createClient(input: $input) { client { name } } }';

/** Writes until told to stop, whatever happens; notes what was acknowledged. */
async function write(company: Company, written: Set<string>, stop: AbortSignal): Promise<void> {
  const owner = await company.as('OWNER');
  for (let n = 0; !stop.aborted; n++) {
    const { data } = await owner.graphql(writing, { input: { name: `${n}` } }).catch(() => ({ data: null }));
    if (data?.createClient) written.add(data.createClient.client.name);
    await delay(20);
  }
}

function startMove(slug: string, to: string): ChildProcess {
  const env = { ...process.env, ...home.env, NODE_ENV: 'test', DATABASE_URL: homeUrl, SECRET: testSecret };
  return spawn(process.execPath, [path.join(root, 'src/main.ts'), 'tenant', 'move', slug, '--to', to], {
    env,
    stdio: 'ignore',
  });
}

/** How far the last move is, from 0 to 4; undefined while the catalog does not answer. */
const stepOf = (company: Company): Promise<number | undefined> =>
  world.app.catalog
    .read((db) =>
      db.execute<{ step: number }>(sql`
        select case when m.phase = 'SWITCHED' then 4 when m.phase = 'SWITCHING' then 3
          when m.progress ? 'unchecked' then 2 else 1 end as step
        from tenant_moves m where m.organization_id = ${company.tenant.id} and m.ended_at is null`),
    )
    .then(
      ([row]) => row?.step ?? 0,
      () => undefined,
    );

/** What happens to a move at a random moment of one of its steps. */
const blows: [string, (child: ChildProcess) => Promise<void>][] = [
  ['the process is killed', async (child) => void child.kill('SIGKILL')],
  ['the server that it comes from is restarted', () => home.stop('immediate').then(() => home.start())],
  ['the process is killed', async (child) => void child.kill('SIGKILL')],
  ['the server that it goes to is restarted', () => away.stop('immediate').then(() => away.start())],
];

it('a move that is killed at random leaves the organization entirely in one place, and can be resumed', {
  timeout: 1_200_000,
}, async () => {
  const { url } = await away.createDatabase();
  const { id, name } = await registerDatabase(world.app.fleet, { kind: 'SHARED', url }, { by });
  const company = await world.company('Restless');
  const written = new Set<string>();
  const stop = new AbortController();
  const writer = write(company, written, stop.signal);
  const seen: string[] = [];
  for (let n = 0; n < kills; n++) {
    const from = (await placeOf(world, company)).databaseId;
    const to = from === id ? 'primary' : name;
    const child = startMove(company.tenant.slug, to);
    const exit = once(child, 'exit');
    const step = 1 + (n % 4);
    await expect.poll(async () => ((await stepOf(company)) ?? 0) >= step, { timeout: 60_000, interval: 5 }).toBe(true);
    await delay(Math.random() * 250);
    const [what, strike] = blows[Math.floor(n / 4) % blows.length]!;
    await strike(child);
    await exit;
    await expect.poll(() => world.app.ready().catch(() => false)).toBe(true);
    await expect.poll(() => settleMoves(world.app.fleet)).toEqual([]);
    // Right after its server is back, a pool may still say that it is not
    await expect.poll(() => namesOf(company).catch(() => [])).not.toEqual([]);
    const place = await placeOf(world, company);
    seen.push(`step ${step}, ${what}: ${place.databaseId === from ? 'old' : 'new'}`);
    const acknowledged = [...written];
    expect(await namesOf(company)).toEqual(expect.arrayContaining(acknowledged));
    const again = await commandLine(world.app)(['tenant', 'move', company.tenant.slug, '--to', to]);
    if (place.databaseId === from) expect([again.code, again.stderr]).toEqual([0, expect.any(String)]);
    expect((await placeOf(world, company)).databaseId).not.toBe(from);
    const before = written.size;
    await expect.poll(() => written.size).toBeGreaterThan(before);
    await confirmMove(world.app.fleet, company.tenant.id, by);
  }
  stop.abort();
  await writer;
  console.info(`killed ${kills} times, ${written.size} writes acknowledged`, seen);
  expect(await namesOf(company)).toEqual(expect.arrayContaining([...written]));
});

async function namesOf(company: Company): Promise<string[]> {
  const rows = await world.app.binding.read(company.tenant, (db) => db.query.clients.findMany());
  return rows.map(({ name }) => name);
}
