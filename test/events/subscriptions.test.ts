import { describe, expect, it } from 'vitest';
import { mostSubscriptions } from '../../src/server/subscriptions/limits.ts';
import { createClient } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Member, world } from '../support/world.ts';
import { createTask } from '../tasks/support.ts';
import { Frames } from './frames.ts';
import { settledLog } from './support.ts';

const server = await world();
const changes = `subscription ($after: String, $types: [String!]) { changes(after: $after, types: $types) {
  changed { node { __typename id ... on Client { name } } } removed { id } cursor } }`;

type Subscriber = Pick<Member, 'headers'> & Partial<Pick<Member, 'company'>>;

async function subscribe({ headers, company }: Subscriber, query = changes, variables: object = {}): Promise<Frames> {
  if (company) await settledLog(company);
  return await Frames.open(server.yoga, headers, { query, variables });
}

/** The ids in frames, until one has this id. */
async function idsUntil(frames: Frames, id: string): Promise<string[]> {
  const ids: string[] = [];
  while (!ids.includes(id)) {
    const { changed, removed } = (await frames.next()).data.changes;
    ids.push(
      ...changed.map(({ node }: { node: { id: string } }) => node.id),
      ...removed.map((each: { id: string }) => each.id),
    );
  }
  return ids;
}

describe('a subscription to changes', () => {
  it('begins with the cursor from which it is live, then sends what changes, and resumes', async () => {
    const owner = await (await server.company()).as('OWNER');
    const frames = await subscribe(owner);
    const first = (await frames.next()).data.changes;
    expect(first).toEqual({ changed: [], removed: [], cursor: expect.any(String) });
    const id = await createClient(owner, { name: 'Initech' });
    const second = (await frames.next()).data.changes;
    expect(second.changed).toEqual([{ node: { __typename: 'Client', id, name: 'Initech' } }]);
    await frames.close();
    const other = await createClient(owner, { name: 'Hooli' });
    const resumed = await subscribe(owner, changes, { after: second.cursor });
    expect(await idsUntil(resumed, other)).toEqual([other]);
    await run(owner, 'deleteClient', { id }, 'deletedId');
    expect(await idsUntil(resumed, id)).toEqual([id]);
    await resumed.close();
  });

  it('sends each member what they may see, and nothing of other organizations', async () => {
    const company = await server.company();
    const stranger = await (await server.company()).as('OWNER');
    const [owner, member] = [await company.as('OWNER'), await company.as('MEMBER')];
    const [ofOwner, ofMember, ofStranger] = await Promise.all([owner, member, stranger].map((who) => subscribe(who)));
    const all = [ofOwner!, ofMember!, ofStranger!];
    for (const frames of all) await frames.next();
    await createTask(owner, { name: 'Own', type: 'PERSONAL', assigneeId: `Profile:${owner.profileId}` });
    const shared = await createClient(owner);
    const theirs = await createClient(stranger);
    await idsUntil(ofOwner!, shared);
    expect(await idsUntil(ofMember!, shared)).toEqual([shared]);
    expect(await idsUntil(ofStranger!, theirs)).toEqual([theirs]);
    for (const frames of all) await frames.close();
  });

  it('ends with an error once the membership has ended', async () => {
    const company = await server.company();
    const [owner, member] = [await company.as('OWNER'), await company.as('MEMBER')];
    const frames = await subscribe(member);
    await frames.next();
    const { members } = await owner.ok('{ members { nodes { id role } } }');
    const { id } = members.nodes.find(({ role }: { role: string }) => role === 'MEMBER');
    await run(owner, 'removeMember', { memberId: id }, '__typename');
    const last = await frames.nextError();
    expect(['FORBIDDEN', 'UNAUTHENTICATED', 'TENANT_NOT_FOUND']).toContain(last.extensions.code);
    expect(await frames.isDone()).toBe(true);
  });

  it('is admitted like a query', async () => {
    const owner = await (await server.company()).as('OWNER');
    const code = async (...given: Parameters<typeof subscribe>) =>
      (await (await subscribe(...given)).nextError()).extensions.code;
    expect(await code({ headers: {} })).toBe('UNAUTHENTICATED');
    const stranger = await (await server.company()).as('OWNER');
    const { cursor } = (await stranger.ok('{ changes { cursor } }')).changes;
    expect(await code(owner, changes, { after: cursor })).toBe('CURSOR_EXPIRED');
    expect(await code(owner, changes, { after: 'nonsense' })).toBe('BAD_CURSOR');
    const inFragment = 'subscription { ...F } fragment F on Subscription { changes { cursor } }';
    expect(await code(owner, inFragment)).toBe('GRAPHQL_VALIDATION_FAILED');
    const costly = 'subscription { changes(first: 1000000000) { changed { node { id } } } }';
    expect(await code(owner, costly)).toBe('TOO_COMPLEX');
  });

  it('is refused to a member who has too many, until one ends', async () => {
    const owner = await (await server.company()).as('OWNER');
    const all = await Promise.all(Array.from({ length: mostSubscriptions.member }, () => subscribe(owner)));
    for (const frames of all) await frames.next();
    expect((await (await subscribe(owner)).nextError()).extensions.code).toBe('RATE_LIMITED');
    for (const frames of all) await frames.close();
    const again = await subscribe(owner);
    expect((await again.next()).data.changes.cursor).toEqual(expect.any(String));
    await again.close();
  });
});
