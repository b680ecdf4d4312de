import fc from 'fast-check';
import { expect, vi } from 'vitest';
import { type Role, roles } from '../../src/identity/roles.ts';
import { run } from '../support/run.ts';
import type { Member, World } from '../support/world.ts';
import { Follower, visibleObjects } from './follower.ts';
import { LiveFollower } from './live-follower.ts';

/** A change, and which of the known objects and people it concerns. */
type Step = readonly [kind: number, one: number, other: number];

interface Story {
  owner: Member;
  people: Member[];
  /** The role of each person now, and the id of their membership. */
  roles: Role[];
  memberIds: string[];
  clients: string[];
  projects: string[];
  tasks: string[];
  assignments: string[];
  channelId: string;
}

const at = <T>(items: readonly T[], index: number): T => items[index % items.length]!;
const profileOf = ({ profileId }: Member): string => `Profile:${profileId}`;

async function made(owner: Member, type: string, input: object): Promise<string[]> {
  const object = `${type[0]!.toLowerCase()}${type.slice(1)}`;
  const payload = await run(owner, `create${type}`, input, `${object} { id }`);
  return payload[object] ? [payload[object].id] : [];
}

/** The changes of a story. One that is refused, such as of a deleted object, changes nothing. */
const changes: readonly ((story: Story, one: number, other: number) => Promise<unknown>)[] = [
  async ({ owner, clients, people }, one) =>
    clients.push(
      ...(await made(owner, 'Client', { name: 'C', contactId: one % 2 ? profileOf(people.at(-1)!) : null })),
    ),
  async ({ owner, clients, projects }, one) =>
    projects.push(
      ...(await made(owner, 'Project', { name: 'P', startDate: '2026-01-01', clientId: at(clients, one) })),
    ),
  async ({ owner, tasks, projects }, one) =>
    tasks.push(...(await made(owner, 'Task', { name: 'T', projectId: at(projects, one) }))),
  async ({ people, tasks }, one) => {
    const person = at(people.slice(0, -1), one);
    tasks.push(...(await made(person, 'Task', { name: 'Own', type: 'PERSONAL', assigneeId: profileOf(person) })));
  },
  ({ owner, tasks, projects }, one, other) =>
    run(owner, 'updateTask', { id: at(tasks, one), projectId: at(projects, other), name: `T${other}` }),
  ({ owner, tasks }, one) => run(owner, 'deleteTask', { id: at(tasks, one) }),
  ({ owner, tasks }, one) => run(owner, 'restoreTask', { id: at(tasks, one) }),
  ({ owner, projects }, one) => run(owner, 'deleteProject', { id: at(projects, one) }),
  ({ owner, projects }, one) => run(owner, 'restoreProject', { id: at(projects, one) }),
  ({ owner, projects, clients }, one, other) =>
    run(owner, 'updateProject', { id: at(projects, one), clientId: at(clients, other) }),
  ({ owner, clients, people }, one, other) =>
    run(owner, 'updateClient', { id: at(clients, one), contactId: other % 2 ? profileOf(people.at(-1)!) : null }),
  ({ owner, channelId, people }, one) =>
    run(owner, 'addChannelMembers', { channelId, profileIds: [profileOf(at(people, one))] }),
  ({ owner, channelId, people }, one) =>
    run(owner, 'removeChannelMember', { channelId, profileId: profileOf(at(people, one)) }),
  ({ owner, channelId }, one) => run(owner, 'sendMessage', { channelId, content: `M${one}` }),
  async ({ owner, projects, people, assignments }, one, other) =>
    assignments.push(
      ...(await made(owner, 'ProjectAssignment', {
        ...{ projectId: at(projects, one), profileId: profileOf(at(people, other)), allocationPercent: 5 },
      })),
    ),
  async ({ owner, assignments }, one) =>
    assignments.length > 0 && run(owner, 'deleteProjectAssignment', { id: at(assignments, one) }),
  ({ owner, projects }, one, other) =>
    run(owner, 'updateProject', { id: at(projects, one), visibility: other % 2 ? 'MEMBERS' : 'ORGANIZATION' }),
  ({ owner, projects, people }, one, other) =>
    run(owner, 'updateProject', { id: at(projects, one), managerId: other % 3 ? profileOf(at(people, other)) : null }),
  async (story, one, other) => {
    // The owner stays
    const person = 1 + (one % (story.people.length - 1));
    const role = at(roles.slice(1), one + other);
    const { code } = await run(
      story.owner,
      'changeMemberRole',
      { memberId: story.memberIds[person], role },
      '__typename',
    );
    if (code === undefined) story.roles[person] = role;
  },
];

const step: fc.Arbitrary<Step> = fc.tuple(fc.nat(changes.length - 1), fc.nat(9), fc.nat(9));
/** The steps between two times that clients follow. */
const act = fc.array(step, { minLength: 1, maxLength: 6 });
export const stories = (acts: number) => fc.array(act, { minLength: acts, maxLength: acts });

/**
 * Tells a story in a new organization; after each act, a follower of each role has the objects of a fresh query. It has
 * loaded them again only if its role changed.
 */
export async function tell(server: World, acts: readonly (readonly Step[])[]): Promise<void> {
  const company = await server.company();
  const people = await Promise.all(roles.map((role) => company.as(role)));
  const story = await begin(people, roles);
  const followers = people.map((member) => new Follower(member));
  for (const follower of followers) await follower.load();
  const reloads = people.map(() => 0);
  for (const steps of acts) {
    const before = [...story.roles];
    for (const [kind, one, other] of steps) await changes[kind]!(story, one, other);
    for (const follower of followers) await catchUp(follower);
    for (const [person, role] of story.roles.entries()) if (role !== before[person]) reloads[person]!++;
  }
  expect(followers.map((follower) => follower.reloads)).toEqual(reloads);
}

/** Several of each role, so that they share frames as long as they see the same. */
const audience: readonly Role[] = ['OWNER', 'MANAGER', 'CONSULTANT', 'CONSULTANT', 'MEMBER', 'MEMBER', 'CLIENT'];

/** Tells a story to people who are subscribed to the changes; after each act, each has the objects of a fresh query. */
export async function tellLive(server: World, acts: readonly (readonly Step[])[]): Promise<void> {
  const company = await server.company();
  const people = await Promise.all(audience.map((role) => company.member(role)));
  const story = await begin(people, audience);
  const followers = people.map((member) => new LiveFollower(member));
  try {
    for (const follower of followers) await follower.begin();
    for (const steps of acts) {
      for (const [kind, one, other] of steps) await changes[kind]!(story, one, other);
      for (const follower of followers) await follower.caughtUp();
    }
  } finally {
    for (const follower of followers) await follower.end();
  }
}

async function begin(people: Member[], as: readonly Role[]): Promise<Story> {
  const owner = people[0]!;
  const clients = await made(owner, 'Client', { name: 'First' });
  const projects = await made(owner, 'Project', { name: 'P', startDate: '2026-01-01', clientId: clients[0] });
  const tasks = await made(owner, 'Task', { name: 'T', projectId: projects[0] });
  const [channelId] = await made(owner, 'Channel', { name: 'Group', type: 'GROUP' });
  const { members } = await owner.ok('{ members(first: 50) { nodes { id user { email } } } }');
  const memberIds = people.map(
    (person) => members.nodes.find(({ user }: { user: { email: string } }) => user.email === person.user.email).id,
  );
  const all = { clients, projects, tasks, assignments: [], channelId: channelId! };
  return { owner, people, roles: [...as], memberIds, ...all };
}

/** The transactions of other tests on the same server delay the log. */
const catchUp = (follower: Follower) =>
  vi.waitFor(
    async () => {
      await follower.follow();
      expect(follower.objects).toEqual(await visibleObjects(follower.member));
    },
    { timeout: 60_000, interval: 50 },
  );
