import fc from 'fast-check';
import { isObjectType } from 'graphql';
import { describe, expect, it, vi } from 'vitest';
import { adminsOf } from '../../src/fleet/fleet.ts';
import { roles } from '../../src/identity/roles.ts';
import { changedTypes } from '../../src/modules/events/changes/changed-types.ts';
import { recordedWith } from '../../src/modules/events/changes/recorded-with.ts';
import { schema } from '../../src/schema.ts';
import { createClient, createPart, createProject } from '../projects/support.ts';
import { withAllModules } from '../support/all-modules.ts';
import { run } from '../support/run.ts';
import { type Member, world } from '../support/world.ts';
import { createTask } from '../tasks/support.ts';
import { fillProject } from '../trash/support.ts';
import { stories, tell } from './changes-model.ts';
import { changesQuery, Follower, visibleObjects } from './follower.ts';
import { settledLog, viewerOf } from './support.ts';

const server = await world();

/** Follows until something was told: the transactions of other tests on the same server delay the log. */
const next = (member: Member, after: string, variables: object = {}) =>
  vi.waitFor(
    async () => {
      const { changes } = await member.ok(changesQuery, { after, ...variables });
      expect(changes.changed.length + changes.removed.length).toBeGreaterThan(0);
      return changes;
    },
    { timeout: 60_000, interval: 50 },
  );

const cursorNow = async (member: Member): Promise<string> => (await member.ok('{ changes { cursor } }')).changes.cursor;
const cursorOf = async (member: Member): Promise<string> => {
  await settledLog(member.company);
  return await cursorNow(member);
};
const caughtUp = (follower: Follower) =>
  vi.waitFor(
    async () => {
      await follower.follow();
      expect(follower.objects).toEqual(await visibleObjects(follower.member));
    },
    { timeout: 60_000, interval: 50 },
  );

it('carries every type whose objects have ids, itself or with the type that it belongs to, except the trash and deliveries', async () => {
  const owner = await (await withAllModules(server, await server.company())).as('OWNER');
  const nodes = Object.values(schema.getTypeMap()).filter(
    (type) => isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node'),
  );
  const carried = changedTypes(await viewerOf(owner), undefined).map(({ typename }) => typename);
  const isCarried = (name: string): boolean => carried.includes(recordedWith().get(name) ?? name);
  expect(nodes.map(({ name }) => name).filter((name) => !isCarried(name))).toEqual(['TrashItem', 'WebhookDelivery']);
});

it('can be followed by the row rules of all roles', async () => {
  const company = await server.company();
  for (const role of roles) {
    const viewer = await viewerOf(await company.as(role));
    expect(changedTypes(viewer, undefined).length, role).toBeGreaterThan(2);
  }
});

describe('changes', () => {
  it('returns changed objects in their own types, and the ids of deleted ones', async () => {
    const owner = await (await server.company()).as('OWNER');
    const gone = await createClient(owner, { name: 'Gone' });
    const after = await cursorOf(owner);
    await run(owner, 'deleteClient', { id: gone, clientMutationId: 'm1' }, 'deletedId');
    await run(owner, 'createClient', { name: 'New', clientMutationId: 'm2' }, 'client { id }');
    const query = changesQuery.replace('__typename', '__typename ... on Client { name }');
    const answer = await vi.waitFor(
      async () => {
        const { changes } = await owner.ok(query, { after });
        expect(changes.changed.length).toBe(1);
        return changes;
      },
      { timeout: 60_000, interval: 50 },
    );
    expect(answer.changed).toEqual([
      { clientMutationIds: ['m2'], node: expect.objectContaining({ __typename: 'Client', name: 'New' }) },
    ]);
    expect(answer.removed).toEqual([{ id: gone, clientMutationIds: ['m1'] }]);
    expect((await owner.ok(query, { after: answer.cursor })).changes).toMatchObject({ changed: [], removed: [] });
  });

  it('says nothing of objects that the viewer could never see', async () => {
    const company = await server.company();
    const [owner, member] = [await company.as('OWNER'), await company.as('MEMBER')];
    const after = await cursorOf(member);
    const secret = await createTask(owner, {
      name: 'Private',
      type: 'PERSONAL',
      assigneeId: `Profile:${owner.profileId}`,
    });
    await run(owner, 'updateTask', { id: secret, name: 'Still private' });
    await run(owner, 'deleteTask', { id: secret }, 'deletedId');
    const client = await createClient(owner, { name: 'Seen by all' });
    const { changed, removed } = await next(member, after);
    expect([changed.map(({ node }: { node: { id: string } }) => node.id), removed]).toEqual([[client], []]);
  });

  it('removes what the viewer can no longer see, and tells what it sees only now', async () => {
    const company = await server.company();
    const [owner, member] = [await company.as('OWNER'), await company.as('MEMBER')];
    const { channel } = await run(owner, 'createChannel', { name: 'Group', type: 'GROUP' }, 'channel { id }');
    const { message } = await run(owner, 'sendMessage', { channelId: channel.id, content: 'Hi' }, 'message { id }');
    const before = await cursorOf(member);
    const person = { channelId: channel.id, profileId: `Profile:${member.profileId}` };
    await run(owner, 'addChannelMembers', { channelId: channel.id, profileIds: [person.profileId] });
    const gained = await next(member, before);
    expect(gained.changed.map(({ node }: { node: { id: string } }) => node.id)).toEqual(
      expect.arrayContaining([channel.id, message.id]),
    );
    await run(owner, 'removeChannelMember', person);
    const lost = await next(member, gained.cursor);
    expect(lost.changed).toEqual([]);
    expect(lost.removed.map(({ id }: { id: string }) => id)).toEqual(expect.arrayContaining([channel.id, message.id]));
  });

  it('can be followed from a moment at which older transactions kept every event from being settled', async () => {
    await using admins = adminsOf(server.app.fleet);
    const { owner, after, made } = await admins.use((admin) =>
      admin.transaction(async (older) => {
        await older.run('select pg_current_xact_id()');
        const owner = await (await server.company()).as('OWNER');
        const after = await cursorNow(owner);
        return { owner, after, made: await createClient(owner) };
      }),
    );
    await settledLog(owner.company);
    const { changed } = await next(owner, after);
    expect(changed.map(({ node }: { node: { id: string } }) => node.id)).toContain(made);
  });

  it('tells everything in a project that a person gains, and removes it when the project is lost', async () => {
    const company = await server.company();
    const owner = await company.as('OWNER');
    const followers = [new Follower(await company.as('CONSULTANT')), new Follower(await company.as('MEMBER'))] as const;
    const profileIds = followers.map(({ member }) => `Profile:${member.profileId}`);
    const projectId = await createProject(owner, { visibility: 'MEMBERS' });
    const taskId = await createTask(owner, { projectId, name: 'Hidden' });
    const comment = { taskId, content: 'Hidden' };
    const { taskComment } = await run(owner, 'createTaskComment', comment, 'taskComment { id }');
    const everything = [projectId, taskId, taskComment.id];
    for (const follower of followers) await follower.load();
    const assignments: string[] = [];
    for (const profileId of profileIds)
      assignments.push(await createPart(owner, 'ProjectAssignment', { projectId, profileId, allocationPercent: 5 }));
    const steps: [mutation: string, input: object, consultantSees: boolean, memberSees: boolean][] = [
      ['updateProjectAssignment', { id: assignments[0], role: 'Architect' }, true, true],
      ['deleteProjectAssignment', { id: assignments[0] }, false, true],
      ['updateProject', { id: projectId, managerId: profileIds[0] }, true, true],
      ['deleteProjectAssignment', { id: assignments[1] }, true, false],
      ['updateProject', { id: projectId, visibility: 'ORGANIZATION', managerId: null }, false, true],
      ['updateProject', { id: projectId, visibility: 'MEMBERS' }, false, false],
    ];
    for (const [mutation, input, ...seen] of steps) {
      await run(owner, mutation, input);
      await Promise.all(followers.map(caughtUp));
      const has = followers.map(({ objects }) => everything.map((id) => objects.has(id)));
      expect([mutation, input, has]).toEqual([mutation, input, seen.map((sees) => everything.map(() => sees))]);
    }
    expect(followers.map(({ reloads }) => reloads)).toEqual([0, 0]);
  });

  it('refuses unknown types, other texts, and cursors of another role or organization', async () => {
    const company = await server.company();
    const owner = await company.as('OWNER');
    const stranger = await (await server.company()).as('OWNER');
    const code = async (member: Member, variables: object) =>
      (await member.graphql(changesQuery, variables as never)).errors[0]?.extensions;
    expect(await code(owner, { types: ['Nonsense'] })).toMatchObject({ code: 'BAD_INPUT', field: 'types' });
    expect(await code(owner, { first: 101 })).toMatchObject({ code: 'BAD_INPUT', field: 'first' });
    expect(await code(owner, { after: 'nonsense' })).toMatchObject({ code: 'BAD_CURSOR' });
    const after = await cursorOf(stranger);
    expect(await code(owner, { after })).toMatchObject({ code: 'CURSOR_EXPIRED', field: 'after' });
    expect(await code(owner, { after: '9.9.9' })).toMatchObject({ code: 'CURSOR_EXPIRED', field: 'after' });
    expect(await code(await company.as('MEMBER'), { after: await cursorOf(owner) })).toMatchObject({
      code: 'CURSOR_EXPIRED',
    });
  });

  it('leaves a follower of each role with the objects of a fresh query', async () => {
    const company = await server.company();
    const owner = await company.as('OWNER');
    const member = await company.as('MEMBER');
    const contact = await company.as('CLIENT');
    const followers = await Promise.all(roles.map(async (role) => new Follower(await company.as(role))));
    for (const follower of followers) await follower.load();
    const filled = await fillProject(owner, member);
    const all = () => Promise.all(followers.map(caughtUp));
    await all();
    await run(owner, 'updateClient', { id: filled.clientId, contactId: `Profile:${contact.profileId}` });
    await all();
    await run(owner, 'updateTask', { id: filled.taskId, name: 'Renamed' });
    await run(owner, 'deleteTask', { id: filled.taskId }, 'deletedId');
    await all();
    await run(owner, 'restoreTask', { id: filled.taskId });
    const other = await createProject(owner, {});
    await run(owner, 'deleteProject', { id: other }, 'deletedId');
    await all();
    await run(owner, 'updateProject', { id: filled.projectId, clientId: await createClient(owner) });
    await all();
    await run(owner, 'deleteProject', { id: filled.projectId }, 'deletedId');
    await run(owner, 'restoreProject', { id: filled.projectId });
    await all();
    expect(followers.map(({ reloads }) => reloads)).toEqual(roles.map(() => 0));
  });

  it('leaves a follower of each role with the objects of a fresh query, whatever happens', async () => {
    const story = fc.asyncProperty(stories(4), (acts) => tell(server, acts));
    await fc.assert(story, { numRuns: 1, seed: 17, endOnFailure: true });
  });
});
