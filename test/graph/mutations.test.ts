import { describe, expect, it } from 'vitest';
import { uuidv7 } from '../../src/lib/ids.ts';
import { Backends } from '../support/backends.ts';
import { type Member, world } from '../support/world.ts';

const here = await world();
const acme = await here.company();
const manager = await acme.as('MANAGER');

const named = async (name: string): Promise<number> => {
  const query = 'query ($name: String) { clients(where: { name: { eq: $name } }) { totalCount } }';
  return (await manager.ok(query, { name })).clients.totalCount;
};
const create =
  'mutation ($name: String!) { createClient(input: { name: $name }) { client { version name id } lastEventId } }';
const idle = () => expect.poll(() => here.app.pool.stats().busy).toBe(0);

/** A cursor of no list: the field of the payload refuses it. */
const madeUp = Buffer.from('nothing').toString('base64');

describe('each root field is one transaction', () => {
  it('that is rolled back, without an answer, if its payload fails', async () => {
    const name = 'Undone by its payload';
    const { data, errors } = await manager.graphql(
      `mutation ($name: String!, $after: String) {
        createClient(input: { name: $name }) { lastEventId client { name } broken: client { contact { id } } }
        second: createProfile(input: { firstName: $name, lastName: "x" }) {
          lastEventId
          profile { firstName reports(after: $after) { nodes { id } } }
        }
        third: createClient(input: { name: "Never begun" }) { lastEventId }
      }`,
      { name, after: madeUp },
    );
    expect(errors.map(({ path, extensions }) => [path?.[0], extensions.code])).toEqual([['second', 'BAD_CURSOR']]);
    expect(data).toBeNull();
    const { profiles } = await manager.ok(
      'query ($name: String) { profiles(where: { firstName: { eq: $name } }) { totalCount } }',
      { name },
    );
    expect([await named(name), profiles.totalCount, await named('Never begun')]).toEqual([1, 0, 0]);
    await idle();
  });

  it('whatever fragments and conditions the document uses', async () => {
    const query = `mutation ($yes: Boolean!, $no: Boolean!) {
      ... on Mutation @include(if: $yes) { ...Creations }
      skipped: createClient(input: { name: "Skipped" }) @skip(if: $yes) { lastEventId }
    }
    fragment Creations on Mutation {
      a: createClient(input: { name: "In a fragment" }) { client { name } }
      b: createClient(input: { name: "Left out" }) @include(if: $no) { client { name } }
      ... { a: createClient(input: { name: "In a fragment" }) { client { version } } }
      __typename
    }`;
    const data = await manager.ok(query, { yes: true, no: false });
    expect(data).toEqual({ a: { client: { name: 'In a fragment', version: 1 } }, __typename: 'Mutation' });
    expect([await named('In a fragment'), await named('Left out'), await named('Skipped')]).toEqual([1, 0, 0]);
  });

  it('that takes no connection if it is rejected before it writes', async () => {
    const member = await acme.as('CLIENT');
    const { errors, statements } = await member.graphql(create, { name: 'Refused' });
    expect([errors[0]!.extensions.code, statements]).toEqual(['FORBIDDEN', []]);
  });

  it('that leaves nothing if the caller goes away', async () => {
    await using admin = new Backends(here.app.installation.adminUrl);
    await admin.query(`begin; lock table ${acme.tenant.schemaName}.clients in access exclusive mode`);
    const gone = new AbortController();
    const request = here.yoga.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...manager.headers },
      body: JSON.stringify({ query: create, variables: { name: 'Gone' } }),
      signal: gone.signal,
    });
    const settled = Promise.allSettled([request]);
    await expect.poll(() => here.app.pool.stats().busy).toBe(1);
    gone.abort();
    await settled;
    await idle();
    await admin.query('rollback');
    expect(await named('Gone')).toBe(0);
  });
});

describe('an Idempotency-Key', () => {
  const send = (name: string, key: string, who = manager) => who.graphql(create, { name }, { 'idempotency-key': key });

  it('ignores the order of keys in variables', async () => {
    const document = 'mutation ($input: CreateClientInput!) { createClient(input: $input) { client { id } } }';
    const headers = { 'idempotency-key': uuidv7() };
    const [first, second] = [
      await manager.graphql(document, { input: { name: 'Order', sector: 'x' } }, headers),
      await manager.graphql(document, { input: { sector: 'x', name: 'Order' } }, headers),
    ];
    expect(first.errors).toEqual([]);
    expect(second.data).toEqual(first.data);
  });

  const demote = async (member: Member) => {
    const owner = await acme.as('OWNER');
    const { members } = await owner.ok('{ members(first: 100) { nodes { id user { email } } } }');
    const { id } = members.nodes.find(({ user }: { user: { email: string } }) => user.email === member.user.email);
    const change =
      'mutation ($id: ID!) { changeMemberRole(input: { memberId: $id, role: MANAGER }) { member { role } } }';
    await owner.ok(change, { id });
  };

  it('returns the stored answer unchanged', async () => {
    const key = uuidv7();
    const first = await send('Once', key);
    const again = await send('Once', key);
    expect(again.errors).toEqual([]);
    expect(JSON.stringify(again.data)).toBe(JSON.stringify(first.data));
    expect(await named('Once')).toBe(1);
  });

  it('lets one of many concurrent requests through; all get its answer', async () => {
    const key = uuidv7();
    const answers = await Promise.all(Array.from({ length: 12 }, () => send('Raced', key)));
    for (const { errors } of answers) expect(errors).toEqual([]);
    expect(new Set(answers.map(({ data }) => data.createClient.client.id)).size).toBe(1);
    expect(await named('Raced')).toBe(1);
  });

  it('is rejected for another request', async () => {
    const key = uuidv7();
    await send('Mine', key);
    const other = await send('Another', key);
    expect(other.errors[0]!.extensions).toMatchObject({ code: 'IDEMPOTENCY_MISMATCH', field: 'Idempotency-Key' });
    expect(await named('Another')).toBe(0);
  });

  it('belongs to its sender', async () => {
    const key = uuidv7();
    await send('Of two', key);
    await send('Of two', key, await acme.as('OWNER'));
    expect(await named('Of two')).toBe(2);
  });

  it('does not show its answer to a sender who has lost permissions since', async () => {
    const key = uuidv7();
    const other = await acme.member('ADMIN');
    await send('Of an administrator', key, other);
    await demote(other);
    const again = await send('Of an administrator', key, other);
    expect(again.errors[0]!.extensions.code).toBe('IDEMPOTENCY_MISMATCH');
    expect(await named('Of an administrator')).toBe(1);
  });

  it('can be reused after a failed attempt', async () => {
    const key = uuidv7();
    expect((await send(' ', key)).errors[0]!.extensions.code).toBe('BAD_INPUT');
    expect((await send('After a failure', key)).errors).toEqual([]);
  });

  it('resumes after an interruption between several root fields', async () => {
    const both = `mutation ($id: ID!) {
      a: createClient(input: { name: "First of two" }) { client { id } }
      b: updateClient(input: { id: $id, name: "Renamed" }) { client { name } }
    }`;
    const reference = uuidv7();
    const headers = { 'idempotency-key': uuidv7() };
    const variables = { id: `Client:ref:${reference}` };
    const first = await manager.graphql(both, variables, headers);
    expect(first.errors[0]!.extensions.code).toBe('NOT_FOUND');
    await manager.ok(
      'mutation ($ref: String) { createClient(input: { name: "Old", externalReference: $ref }) { client { id } } }',
      { ref: reference },
    );
    const second = await manager.graphql(both, variables, headers);
    expect(second.errors).toEqual([]);
    expect(second.data.b.client.name).toBe('Renamed');
    expect(await named('First of two')).toBe(1);
  });

  it.each(['', 'x'.repeat(256), 'with space'])('must be one: "%s"', async (key) => {
    expect((await send('Keyless', key)).errors[0]!.extensions.code).toBe('BAD_INPUT');
  });
});
