import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rollBackMove } from '../../src/fleet/move/end-move.ts';
import { ownWorld } from '../support/own-world.ts';
import { type SecondServer, startSecondServer } from '../support/second-server.ts';
import { type Company, type Member, World } from '../support/world.ts';
import { by, furtherDatabase, move, placeOf } from './support.ts';

let second: SecondServer;
/** Two instances of the server over one installation, each with connections and caches of its own. */
let servers: readonly [World, World];

beforeAll(async () => {
  second = await startSecondServer();
  const env = { ...second.env, POOL_WAIT_MS: '60000' };
  const first = await ownWorld({ env });
  servers = [first, await World.open({ env, databaseUrl: first.app.installation.adminUrl })];
});

afterAll(async () => {
  for (const server of servers.toReversed()) await server[Symbol.asyncDispose]();
  await second[Symbol.asyncDispose]();
});

interface Traffic {
  /** Names of clients whose making was acknowledged. */
  written: string[];
  read: number;
  errors: string[];
  /** The longest that a write took, in milliseconds. */
  slowestMs: number;
}

const writing = 'mutation ($input: CreateClientInput!) { createClient(input: $input) { client { name } } }';
const reading = '{ clients(first: 1) { totalCount nodes { name } } }';

/** Reads and writes as a member through both servers until told to stop. */
async function traffic(member: Member, stop: AbortSignal): Promise<Traffic> {
  const seen: Traffic = { written: [], read: 0, errors: [], slowestMs: 0 };
  const send = async (server: World, query: string, variables: object = {}) => {
    const { data, errors } = await server.graphql(query, { ...variables }, member.headers);
    seen.errors.push(...errors.map(({ message, extensions }) => `${extensions.code}: ${message}`));
    return errors.length ? undefined : data;
  };
  const writer = async (server: World, name: string) => {
    for (let n = 0; !stop.aborted; n++) {
      const begun = performance.now();
      const made = await send(server, writing, { input: { name: `${name} ${n}` } });
      if (made) seen.written.push(made.createClient.client.name);
      seen.slowestMs = Math.max(seen.slowestMs, performance.now() - begun);
      await delay(5);
    }
  };
  const reader = async (server: World) => {
    for (let before = 0; !stop.aborted; seen.read++) {
      const known = seen.written.length;
      const answer = await send(server, reading);
      // What was acknowledged before is there, and nothing ever goes away
      if (answer && answer.clients.totalCount < Math.max(known, before)) seen.errors.push('rows were missing');
      before = answer?.clients.totalCount ?? before;
      await delay(10);
    }
  };
  await Promise.all(servers.flatMap((server, n) => [writer(server, `w${n}`), reader(server)]));
  return seen;
}

const namesOf = async (company: Company): Promise<string[]> => {
  const rows = await company.world.app.binding.read(company.tenant, (db) => db.query.clients.findMany());
  return rows.map(({ name }) => name).sort();
};

it('moves an organization there and back under load: nothing acknowledged is lost, and no other organization is affected', {
  timeout: 120_000,
}, async () => {
  const [company, other] = [await servers[0].company('Mover'), await servers[0].company('Neighbour')];
  const { id } = await furtherDatabase(servers[0], second);
  const stop = new AbortController();
  const running = Promise.all([
    traffic(await company.as('OWNER'), stop.signal),
    traffic(await other.as('OWNER'), stop.signal),
  ]);
  const pauses: number[] = [];
  try {
    for (const step of [
      () => move(servers[0], company, id),
      () => rollBackMove(servers[1].app.fleet, company.tenant.id, { by }),
    ]) {
      const { progress } = await step();
      pauses.push((progress as { pausedMs: number }).pausedMs);
    }
  } finally {
    stop.abort();
  }
  const [moved, still] = await running;
  const note = { pauses, slowestMs: Math.round(moved.slowestMs), othersMs: Math.round(still.slowestMs) };
  console.info('moved under load', { ...note, written: moved.written.length, read: moved.read });
  expect(still.errors).toEqual([]);
  expect(moved.errors).toEqual([]);
  expect(moved.written.length).toBeGreaterThan(10);
  expect(await namesOf(company)).toEqual(moved.written.toSorted());
  expect(await namesOf(other)).toEqual(still.written.toSorted());
  expect((await placeOf(servers[1], company)).writesPausedUntil).toBeNull();
});
