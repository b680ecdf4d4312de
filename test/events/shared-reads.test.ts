import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Wire } from '../db/wire.ts';
import { createClient, createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Member, World, world } from '../support/world.ts';
import { stories, tellLive } from './changes-model.ts';
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
  return { log: all.filter((text) => text.includes("'clientMutationId'")).length, loads: loads.length };
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

  it('share them with everybody who has these rights, and only the read of the log with others', async () => {
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
    const cursors = await Promise.all(all.map(async (frames) => (await until(frames, id)).data.changes.cursor));
    expect(cursors[0]).toBe(cursors[2]);
    expect(new Set(cursors).size).toBe(2);
    expect(readsSince(from)).toEqual({ log: 1, loads: 2 });
    for (const frames of all) await frames.close();
  });

  it('share frames with exactly those who see the same objects', async () => {
    const company = await server.company();
    const owner = await company.as('OWNER');
    const people = await Promise.all([1, 2, 3, 4].map(() => company.member('CONSULTANT')));
    const project = await createProject(owner, { visibility: 'MEMBERS' });
    for (const { profileId } of people.slice(0, 3)) {
      await run(owner, 'createProjectAssignment', {
        projectId: project,
        profileId: `Profile:${profileId}`,
        allocationPercent: 10,
      });
    }
    await settledLog(company);
    const query =
      'subscription { changes(types: ["Task", "Client"]) { changed { node { id ... on Task { name } } } cursor } }';
    const all = await Promise.all(people.map(({ headers }) => Frames.open(server.yoga, headers, { query })));
    for (const frames of all) await frames.next();
    const from = server.recorded.length;
    const task = (await run(owner, 'createTask', { projectId: project, name: 'T' }, 'task { id }')).task.id;
    const seen = await Promise.all(all.slice(0, 3).map((frames) => until(frames, task)));
    expect(new Set(seen.map((frame) => JSON.stringify(frame))).size).toBe(1);
    const loads = server.recorded.slice(from).filter((text) => text.includes('from "tasks"') && text.includes('"d0"'));
    expect(loads).toHaveLength(1);
    // The other one sees nothing of it, and the next frame that concerns everybody
    const client = await createClient(owner);
    const frame = await all[3]!.next();
    expect(nodeIds(frame)).toEqual([client]);
    for (const frames of all) await frames.close();
  });

  it('are told what each of them gains and loses while others do not', async () => {
    const company = await server.company();
    const owner = await company.as('OWNER');
    const people = await Promise.all([1, 2, 3].map(() => company.member('CONSULTANT')));
    const project = await createProject(owner, { visibility: 'MEMBERS' });
    const task = (await run(owner, 'createTask', { projectId: project, name: 'T' }, 'task { id }')).task.id;
    await settledLog(company);
    const query = `subscription { changes(types: ["Project", "Task", "Client"]) {
      changed { node { id } } removed { id } cursor } }`;
    const all = await Promise.all(people.map(({ headers }) => Frames.open(server.yoga, headers, { query })));
    for (const frames of all) await frames.next();
    const profileId = `Profile:${people[1]!.profileId}`;
    const input = { projectId: project, profileId, allocationPercent: 10 };
    const made = await run(owner, 'createProjectAssignment', input, 'projectAssignment { id }');
    const gained = await all[1]!.next();
    expect(nodeIds(gained).sort()).toEqual([project, task].sort());
    await run(owner, 'deleteProjectAssignment', { id: made.projectAssignment.id }, 'deletedId');
    const lost: { id: string }[] = (await all[1]!.next()).data.changes.removed;
    expect(lost.map(({ id }) => id).sort()).toEqual([project, task].sort());
    const client = await createClient(owner);
    for (const frames of all) expect(nodeIds(await frames.next())).toEqual([client]);
    for (const frames of all) await frames.close();
  });

  it('share frames again after they came back with cursors of their own', async () => {
    const owner = await (await server.company()).as('OWNER');
    await settledLog(owner.company);
    const query =
      'subscription ($after: String) { changes(after: $after, types: ["Client"]) { changed { node { id } } cursor } }';
    const open = (after?: string) => Frames.open(server.yoga, owner.headers, { query, variables: { after } });
    const cursors: string[] = [];
    for (const frames of [await open()]) {
      cursors.push((await frames.next()).data.changes.cursor);
      cursors.push((await until(frames, await createClient(owner))).data.changes.cursor);
      await frames.close();
    }
    const all = await Promise.all(cursors.map(open));
    for (const frames of all) await frames.next();
    const first = await createClient(owner);
    for (const frames of all) await until(frames, first);
    const from = server.recorded.length;
    const id = await createFrom(second, owner);
    for (const frames of all) await until(frames, id);
    expect(readsSince(from)).toEqual({ log: 1, loads: 1 });
    for (const frames of all) await frames.close();
  });

  it('each get their own frame of fields that differ from person to person', async () => {
    const company = await server.company();
    const owner = await company.as('OWNER');
    const people = await Promise.all([1, 2, 3].map(() => company.member('MEMBER')));
    const created = await run(owner, 'createChannel', { type: 'ORGANIZATION', name: 'all' }, 'channel { id }');
    const channelId = created.channel.id;
    await settledLog(company);
    const query = 'subscription { channelUpdated { changed { id name unreadCount } cursor } }';
    const all = await Promise.all(people.map(({ headers }) => Frames.open(server.yoga, headers, { query })));
    for (const frames of all) await frames.next();
    await run(people[0]!, 'sendMessage', { channelId, content: 'one' }, 'message { id }');
    await run(people[1]!, 'markChannelRead', { channelId }, 'channel { id }');
    for (const name of ['a', 'b']) await run(owner, 'updateChannel', { id: channelId, name }, 'channel { id }');
    const counts = await Promise.all(
      all.map(async (frames) => {
        for (;;) {
          const [channel] = (await frames.next()).data.channelUpdated.changed;
          if (channel?.name === 'b') return channel.unreadCount;
        }
      }),
    );
    expect(counts).toEqual([0, 0, 1]);
    for (const frames of all) await frames.close();
  });
});

it('leaves people who are subscribed with what a fresh query shows, whatever happens', {
  timeout: 300_000,
}, async () => {
  const runs = Number(process.env.LIVE_STORIES ?? 1);
  await fc.assert(
    fc.asyncProperty(stories(3), (acts) => tellLive(server, acts)),
    { numRuns: runs, endOnFailure: true },
  );
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
