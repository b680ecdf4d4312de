import { describe, expect, it } from 'vitest';
import { Wire } from '../db/wire.ts';
import { createClient } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Member, World, world } from '../support/world.ts';
import { Frames } from './frames.ts';
import { settledLog } from './support.ts';

const server = await world();
/** Another process on the same database. */
const second = await world({ databaseUrl: server.databaseUrl });

const changes = `subscription ($types: [String!]) { changes(types: $types) {
  changed { node { id ... on Client { name } } } removed { id } cursor } }`;
const subscribe = (member: Member, yoga: World['yoga'] = server.yoga): Promise<Frames> =>
  Frames.open(yoga, member.headers, { query: changes, variables: { types: ['Client'] } });

const nodeIds = (frame: { data: { changes: { changed: { node: { id: string } }[] } } }): string[] =>
  frame.data.changes.changed.map(({ node }) => node.id);

async function until(frames: Frames, id: string): Promise<{ data: { changes: { cursor: string } } }> {
  for (;;) {
    const frame = await frames.next();
    if (nodeIds(frame).includes(id)) return frame;
  }
}

const createFrom = async (from: World, { headers }: Member): Promise<string> => {
  const create = 'mutation { createClient(input: { name: "Elsewhere" }) { client { id } } }';
  const { data } = await from.graphql(create, {}, headers);
  return data.createClient.client.id;
};

/** How often the log was read, and changed clients were loaded, since a number of recorded statements. */
const readsSince = (from: number) => {
  const all = server.recorded.slice(from);
  const loads = all.filter((text) => text.includes('from "clients"') && !text.includes('as typename'));
  return { log: all.filter((text) => text.includes('client_mutation_id')).length, loads: loads.length };
};

describe('followers with the same rights', () => {
  it('share one read and one frame, however many they are', async () => {
    const owner = await (await server.company()).as('OWNER');
    const all = await Promise.all(Array.from({ length: 8 }, () => subscribe(owner)));
    for (const frames of all) await frames.next();
    // From here on they are at the same position
    const first = await createClient(owner);
    for (const frames of all) await until(frames, first);
    const from = server.recorded.length;
    const id = await createFrom(second, owner);
    const got = await Promise.all(all.map((frames) => until(frames, id)));
    expect(new Set(got.map((frame) => JSON.stringify(frame))).size).toBe(1);
    expect(readsSince(from)).toEqual({ log: 1, loads: 1 });
    for (const frames of all) await frames.close();
  });

  it('share only the read of the log with others: each gets its own cursor and fields', async () => {
    const company = await server.company();
    const [owner, admin] = [await company.as('OWNER'), await company.as('ADMIN')];
    const other = await company.member('OWNER');
    await settledLog(company);
    const all = await Promise.all([owner, admin, other].map((who) => subscribe(who)));
    for (const frames of all) await frames.next();
    const first = await createClient(owner);
    for (const frames of all) await until(frames, first);
    const from = server.recorded.length;
    const id = await createFrom(second, owner);
    const cursors = await Promise.all(
      all.map(async (frames) => (await until(frames, id)).data.changes.cursor.split('-')[1]),
    );
    expect(new Set(cursors).size).toBe(3);
    expect(readsSince(from)).toEqual({ log: 1, loads: 3 });
    for (const frames of all) await frames.close();
  });
});

describe('a change', () => {
  it('of another process is signalled to this one', async () => {
    const owner = await (await server.company()).as('OWNER');
    await expect.poll(() => server.app.signals.live && second.app.signals.live).toBe(true);
    const { id } = owner.company.tenant;
    const heard = new Promise<void>((resolve) => server.app.signals.on((changed) => changed === id && resolve()));
    await createFrom(second, owner);
    await heard;
  });

  it('reaches followers although the listener has lost its connection', async () => {
    await using wire = await Wire.to(server.databaseUrl);
    await using deaf = await World.open({ databaseUrl: server.databaseUrl, env: { LISTEN_DATABASE_URL: wire.url } });
    const owner = await (await server.company()).as('OWNER');
    await expect.poll(() => deaf.app.signals.live).toBe(true);
    const frames = await subscribe(owner, deaf.yoga);
    await frames.next();
    await wire.close();
    await expect.poll(() => deaf.app.signals.live).toBe(false);
    await until(frames, await createClient(owner));
    await wire.reopen();
    await expect.poll(() => deaf.app.signals.live).toBe(true);
    const again = await createClient(owner);
    await until(frames, again);
    await run(owner, 'deleteClient', { id: again });
    await frames.close();
  });
});
