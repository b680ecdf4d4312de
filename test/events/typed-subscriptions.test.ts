import { describe, expect, it } from 'vitest';
import { openGroup, send } from '../messaging/support.ts';
import { createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Member, world } from '../support/world.ts';
import { createTask } from '../tasks/support.ts';
import { recordTime } from '../time/support.ts';
import { Frames } from './frames.ts';
import { settledLog } from './support.ts';

const server = await world();

interface Frame {
  changed?: { id: string; name?: string }[];
  added?: { id: string; content?: string }[];
  removed?: string[];
  clientMutationIds: string[];
  cursor: string;
}

/** Follows a subscription field as a member, from a settled log on. */
async function follow(member: Member, query: string, variables: object = {}): Promise<Frames> {
  await settledLog(member.company);
  const frames = await Frames.open(server.yoga, member.headers, { query, variables });
  return frames;
}

const frameOf = async (frames: Frames): Promise<Frame> =>
  Object.values((await frames.next()).data as Record<string, Frame>)[0]!;

/** Everything that frames tell until they name an object. */
async function until(frames: Frames, id: string): Promise<Required<Frame>> {
  const told: Required<Frame> = { changed: [], added: [], removed: [], clientMutationIds: [], cursor: '' };
  for (;;) {
    const frame = await frameOf(frames);
    told.changed.push(...(frame.changed ?? []));
    told.added.push(...(frame.added ?? []));
    told.removed.push(...(frame.removed ?? []));
    told.clientMutationIds.push(...frame.clientMutationIds);
    told.cursor = frame.cursor;
    if ([...told.changed, ...told.added].some((each) => each.id === id) || told.removed.includes(id)) return told;
  }
}

const idsOf = (objects: readonly { id: string }[]): string[] => objects.map(({ id }) => id);

const taskChanged = `subscription ($projectId: ID!, $after: String) { taskChanged(projectId: $projectId, after: $after) {
  changed { id name } removed clientMutationIds cursor hasMore } }`;
const messageAdded = `subscription ($channelId: ID!) { messageAdded(channelId: $channelId) {
  added { id content sender { id } } clientMutationIds cursor hasMore } }`;

describe('taskChanged', () => {
  it('sends the tasks of one project as they change, and resumes by its cursor', async () => {
    const owner = await (await server.company()).as('OWNER');
    const [projectId, elsewhere] = [await createProject(owner), await createProject(owner)];
    const frames = await follow(owner, taskChanged, { projectId });
    expect(await frameOf(frames)).toMatchObject({ changed: [], removed: [], clientMutationIds: [] });
    await createTask(owner, { name: 'Other', projectId: elsewhere });
    const id = await createTask(owner, { name: 'First', projectId, clientMutationId: 'mine' });
    const { changed, cursor, clientMutationIds } = await until(frames, id);
    expect([changed, clientMutationIds]).toEqual([[{ id, name: 'First' }], ['mine']]);
    await frames.close();
    await run(owner, 'updateTask', { id, name: 'Renamed' });
    const resumed = await follow(owner, taskChanged, { projectId, after: cursor });
    expect((await until(resumed, id)).changed).toEqual([{ id, name: 'Renamed' }]);
    await run(owner, 'deleteTask', { id });
    expect((await until(resumed, id)).removed).toEqual([id]);
    await resumed.close();
  });

  it('tells that a task has moved to another project, and there that it has come', async () => {
    const owner = await (await server.company()).as('OWNER');
    const [from, to] = [await createProject(owner), await createProject(owner)];
    const id = await createTask(owner, { name: 'Moves', projectId: from });
    const [left, reached] = [
      await follow(owner, taskChanged, { projectId: from }),
      await follow(owner, taskChanged, { projectId: to }),
    ];
    for (const frames of [left, reached]) await frameOf(frames);
    await run(owner, 'updateTask', { id, projectId: to });
    expect(await until(left, id)).toMatchObject({ changed: [], removed: [id] });
    expect(await until(reached, id)).toMatchObject({ changed: [{ id, name: 'Moves' }], removed: [] });
    for (const frames of [left, reached]) await frames.close();
  });

  it('is refused for a project that the viewer cannot see, by id and by external reference', async () => {
    const company = await server.company();
    const [owner, client] = [await company.as('OWNER'), await company.as('CLIENT')];
    const stranger = await (await server.company()).as('OWNER');
    const [hidden, foreign] = [
      await createProject(owner, { externalReference: 'P-1' }),
      await createProject(stranger, { externalReference: 'P-2' }),
    ];
    const refusal = async (who: Member, projectId: string) =>
      (await (await follow(who, taskChanged, { projectId })).nextError()).extensions;
    for (const id of [hidden, 'Project:ref:P-1'])
      expect(await refusal(client, id)).toMatchObject({ code: 'NOT_FOUND', field: 'projectId' });
    for (const id of [foreign, 'Project:ref:P-2', 'Project:ref:nothing'])
      expect(await refusal(owner, id)).toMatchObject({ code: 'NOT_FOUND', field: 'projectId' });
    expect(await refusal(owner, `Client:${hidden.split(':')[1]}`)).toMatchObject({ code: 'BAD_INPUT' });
    const known = await follow(owner, taskChanged, { projectId: 'Project:ref:P-1' });
    expect((await frameOf(known)).cursor).toEqual(expect.any(String));
    await known.close();
  });
});

describe('messageAdded', () => {
  it('sends the new messages of a channel to its members, and neither edits nor other channels', async () => {
    const company = await server.company();
    const [owner, member] = [await company.as('OWNER'), await company.as('MEMBER')];
    const channelId = await openGroup(owner, [member]);
    const secret = await openGroup(owner);
    const frames = await follow(member, messageAdded, { channelId });
    expect(await frameOf(frames)).toMatchObject({ added: [] });
    const outsider = await follow(await company.member('MEMBER'), messageAdded, { channelId });
    expect((await outsider.nextError()).extensions).toMatchObject({ code: 'NOT_FOUND', field: 'channelId' });
    const first = await send(owner, channelId, 'Hello');
    await send(owner, secret, 'Not for you');
    await run(owner, 'editMessage', { id: first, content: 'Hello!' });
    const second = await send(owner, channelId, 'Again');
    const { added } = await until(frames, second);
    expect(new Set(idsOf(added))).toEqual(new Set([first, second]));
    expect(added.every(({ content }) => content !== 'Not for you')).toBe(true);
    await run(owner, 'editMessage', { id: second, content: 'Edited only' });
    const third = await send(owner, channelId, 'Third');
    expect(idsOf((await until(frames, third)).added)).toEqual([third]);
    await frames.close();
  });
});

describe('channelUpdated', () => {
  it('sends channels to those who see them', async () => {
    const company = await server.company();
    const [owner, member] = [await company.as('OWNER'), await company.as('MEMBER')];
    const query = 'subscription { channelUpdated { changed { id name } removed clientMutationIds cursor hasMore } }';
    const [ofOwner, ofMember] = [await follow(owner, query), await follow(member, query)];
    for (const frames of [ofOwner, ofMember]) await frameOf(frames);
    const hidden = await openGroup(owner);
    const shared = await openGroup(owner, [member]);
    expect(idsOf((await until(ofOwner, shared)).changed)).toContain(hidden);
    expect(new Set(idsOf((await until(ofMember, shared)).changed))).toEqual(new Set([shared]));
    await run(owner, 'updateChannel', { id: shared, name: 'New name' });
    expect((await until(ofMember, shared)).changed).toEqual([{ id: shared, name: 'New name' }]);
    for (const frames of [ofOwner, ofMember]) await frames.close();
  });
});

describe('timeEntryChanged', () => {
  const query = `subscription ($projectId: ID, $profileId: ID) {
    timeEntryChanged(projectId: $projectId, profileId: $profileId) { changed { id } removed clientMutationIds cursor hasMore } }`;

  it('sends the work that the viewer sees, of one project or person where asked', async () => {
    const company = await server.company();
    const [owner, member] = [await company.as('OWNER'), await company.as('MEMBER')];
    const [projectId, other] = [await createProject(owner), await createProject(owner)];
    const all = await follow(owner, query);
    const ofProject = await follow(owner, query, { projectId });
    const ofPerson = await follow(owner, query, { projectId, profileId: `Profile:${owner.profileId}` });
    const each = [all, ofProject, ofPerson];
    for (const frames of each) await frameOf(frames);
    const record = (who: Member, on: string) =>
      recordTime(who, { projectId: on, workDate: '2026-03-02', hours: '1.00' });
    const elsewhere = await record(owner, other);
    const ofOther = await record(member, projectId);
    const own = await record(owner, projectId);
    expect(new Set(idsOf((await until(all, own)).changed))).toEqual(new Set([elsewhere, ofOther, own]));
    expect(new Set(idsOf((await until(ofProject, own)).changed))).toEqual(new Set([ofOther, own]));
    expect(idsOf((await until(ofPerson, own)).changed)).toEqual([own]);
    for (const frames of each) await frames.close();
  });

  it('is forbidden to those who see no time entries', async () => {
    const client = await (await server.company()).as('CLIENT');
    const refused = await follow(client, query);
    expect((await refused.nextError()).extensions.code).toBe('FORBIDDEN');
  });
});

describe('a subscription to one type', () => {
  it('shares one read of equal followers, and none of different people', async () => {
    const company = await server.company();
    const owner = await company.as('OWNER');
    const projectId = await createProject(owner);
    const all = await Promise.all(Array.from({ length: 5 }, () => follow(owner, taskChanged, { projectId })));
    for (const frames of all) await frameOf(frames);
    const first = await createTask(owner, { name: 'Aligns them', projectId });
    for (const frames of all) await until(frames, first);
    const from = server.recorded.length;
    const id = await createTask(owner, { name: 'Shared', projectId });
    const cursors = await Promise.all(all.map(async (frames) => (await until(frames, id)).cursor));
    expect(new Set(cursors).size).toBe(1);
    const reads = server.recorded.slice(from).filter((text) => text.includes("'clientMutationId'"));
    expect(reads).toHaveLength(1);
    for (const frames of all) await frames.close();
  });

  it('is admitted like a query', async () => {
    const owner = await (await server.company()).as('OWNER');
    const stranger = await (await server.company()).as('OWNER');
    const projectId = await createProject(owner);
    const code = async (query: string, variables: object, who: Pick<Member, 'headers'> = owner) =>
      (await (await Frames.open(server.yoga, who.headers, { query, variables })).nextError()).extensions.code;
    const { cursor } = (await stranger.ok('{ changes { cursor } }')).changes;
    expect(await code(taskChanged, { projectId }, { headers: {} })).toBe('UNAUTHENTICATED');
    expect(await code(taskChanged, { projectId, after: cursor })).toBe('CURSOR_EXPIRED');
    expect(await code(taskChanged, { projectId, after: 'nonsense' })).toBe('BAD_CURSOR');
    const first = (count: number) => taskChanged.replace('after: $after', `after: $after, first: ${count}`);
    expect(await code(first(0), { projectId })).toBe('BAD_INPUT');
    expect(await code(first(1_000_000_000), { projectId })).toBe('TOO_COMPLEX');
  });
});
