import { describe, expect, it } from 'vitest';
import { uuidv7 } from '../../src/lib/ids.ts';
import { world } from '../support/world.ts';

const here = await world();
const acme = await here.company();
const member = await acme.as('MEMBER');

const people = 'query ($where: ProfileFilter) { profiles(where: $where) { totalCount nodes { firstName } } }';
const codeOf = async (query: string, variables = {}) =>
  (await member.graphql(query, variables)).errors[0]?.extensions.code;
const nested = (levels: number, key: string) =>
  JSON.parse(`${`{"${key}":`.repeat(levels)}{"firstName":{"eq":"x"}}${'}'.repeat(levels)}`);

describe('a filter', () => {
  it.each([
    ['nested without end', nested(4000, 'not'), 'TOO_COMPLEX'],
    ['across relations without end', nested(1000, 'manager'), 'TOO_COMPLEX'],
    ['with very many conditions', { or: Array(12_000).fill({ firstName: { eq: 'x' } }) }, 'BAD_INPUT'],
    ['with half a character', { firstName: { contains: '\ud800' } }, 'BAD_INPUT'],
    ['with a NUL', { firstName: { contains: '\0' } }, 'BAD_INPUT'],
    ['with an id that is none', { id: { eq: 'Profile:zzz' } }, 'BAD_INPUT'],
    ['with an id of another type', { id: { eq: `Task:${uuidv7()}` } }, 'BAD_INPUT'],
    ['with a day that never is', { createdAt: { gt: '2026-02-31T00:00:00Z' } }, 'BAD_INPUT'],
    ['with a day before all days', { createdAt: { gt: '0000-01-01T00:00:00Z' } }, 'BAD_INPUT'],
  ])('%s is rejected', async (_name, where, code) => {
    expect(await codeOf(people, { where })).toBe(code);
  });

  it.each([
    ['the log of changes', 'query ($where: EventFilter) { events(where: $where) { totalCount } }', 'action'],
    ['sums', 'query ($where: TimeEntryFilter) { timeEntriesAggregate(where: $where) { count } }', 'description'],
  ])('with very many conditions is rejected for %s too', async (_name, query, field) => {
    const where = (count: number) => ({
      and: Array.from({ length: count / 50 }, () => ({ or: Array(50).fill({ [field]: { eq: 'x' } }) })),
    });
    const owner = await acme.as('OWNER');
    const codes = async (count: number) => {
      const { errors } = await owner.graphql(query, { where: where(count) });
      return errors.map(({ extensions }) => extensions.code);
    };
    expect([await codes(100), await codes(500)]).toEqual([[], ['BAD_INPUT']]);
  });

  it.each([
    ['a long text', { firstName: { contains: 'x'.repeat(200) } }],
    ['one of very many', { firstName: { in: Array(1_000).fill('x') } }],
    ['nothing at all', { firstName: { in: [] } }],
    ['many alternatives', { or: Array(100).fill({ firstName: { eq: 'x' } }) }],
  ])('for %s finds nothing', async (_name, where) => {
    const { profiles } = await member.ok(people, { where });
    expect(profiles).toEqual({ totalCount: 0, nodes: [] });
  });
});

describe('a document', () => {
  it.each([
    ['of too many words', `{ ${'__typename '.repeat(80_000)} }`],
    ['nested without end', `{ ${'profiles { nodes { manager { '.repeat(20_000)}`],
    ['with lists in lists', `{ profiles(where: { and: ${'['.repeat(50_000)} }`],
    [
      'of a chain of fragments',
      `{ ...F0 } ${Array.from({ length: 2000 }, (_, n) => `fragment F${n} on Query { ...F${n + 1} }`).join(' ')}`,
    ],
    [
      'whose fragments double',
      `{ ...F0 } ${Array.from({ length: 40 }, (_, n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`).join(' ')}
       fragment F40 on Query { __typename }`,
    ],
    [
      'with a page size by default',
      'query ($n: Int = 100) { profiles(first: $n) { nodes { reports(first: $n) { nodes { reports(first: $n) { nodes { id } } } } } } }',
    ],
  ])('%s is rejected', async (_name, query) => expect(await codeOf(query)).toBe('TOO_COMPLEX'));
});

describe('a cursor', () => {
  const of = (text: string) => Buffer.from(text).toString('base64');
  const byId = (position: string) => of(`Profile:|${position}`);
  const byTime = (position: string) => of(`Profile:CREATED_AT+|${position}`);
  const id = uuidv7();

  it.each([
    'x',
    byId('x'),
    byId('|x'),
    byId('|DC:D:1'),
    byId(`|${of('DC:J:[1]')}`),
    of('|D:5'),
    byId('D:5'),
    byId('D:never'),
    byId('N:NaN'),
    byId('O:{"gt":1}'),
    byId('J:[{"RAW":1}]'),
    byId('T:[["S:x"]]'),
    byId('T:'),
    byId('T:[]'),
    byId('S:x'),
    byId(`T:["S:${id}","S:${id}","S:${id}"]`),
    byId(`T:["S:${id}","S:${id}"]`),
    byId(`T:["S:${id}"]`),
    of(`Client:|S:${id}`),
    '🦊',
    'x'.repeat(10_000),
  ])('that was made up is rejected: %s', async (after) => {
    for (const side of ['after', 'before']) {
      const query = `query ($cursor: String) { profiles(${side}: $cursor) { nodes { id } } }`;
      expect(await codeOf(query, { cursor: after })).toBe('BAD_CURSOR');
    }
  });

  it.each([
    'D:5',
    'T:["D:5"]',
    `T:["D:5","S:${id}","S:${id}"]`,
    `T:["N:5","S:${id}"]`,
    `T:["D:1e400","S:${id}"]`,
    `T:["D:99999999999999999","S:${id}"]`,
    `T:["D:-99999999999999","S:x"]`,
    `T:["S:2026-01-01","S:${id}"]`,
    `S:${id}`,
  ])('for another kind of order is rejected: %s', async (position) => {
    const query = `query ($after: String) {
      profiles(after: $after, orderBy: [{ field: CREATED_AT, direction: ASC }]) { nodes { id } totalCount }
    }`;
    expect(await codeOf(query, { after: byTime(position) })).toBe('BAD_CURSOR');
  });

  it('of one list is rejected by another, even with the same order', async () => {
    const { profiles } = await member.ok('{ profiles(first: 1) { pageInfo { endCursor } } }');
    const after = profiles.pageInfo.endCursor;
    expect(
      await codeOf('query ($after: String) { profiles(after: $after) { nodes { id } } }', { after }),
    ).toBeUndefined();
    for (const list of ['tasks', 'projects', 'channels', 'milestones', 'events', 'members']) {
      const node = list === 'members' ? 'joinedAt' : 'id';
      const query = `query ($after: String) { ${list}(after: $after) { edges { node { ${node} } } } }`;
      const code = await codeOf(query, { after });
      expect([list, code]).toEqual([list, expect.stringMatching(/BAD_CURSOR|FORBIDDEN/)]);
    }
  });
});

describe('a day or instant out of range is BAD_INPUT', () => {
  const instants = [
    '0050-01-01T00:00:00Z',
    '9999-12-31T23:59:59-14:00',
    '1899-12-31T23:59:59Z',
    '2200-01-01T00:00:00Z',
  ];
  it.each(instants)('as a variable and in a document: %s', async (at) => {
    expect(await codeOf(people, { where: { createdAt: { gt: at } } })).toBe('BAD_INPUT');
    expect(await codeOf(`{ profiles(where: { createdAt: { gt: "${at}" } }) { totalCount } }`)).toBe('BAD_INPUT');
  });

  const days = ['0001-12-31', '+010000-12-01', '0001-12-31 BC', '1899-12-31', '2200-01-01', '2026-02-30', 'infinity'];
  it.each(days)('as a variable and in a document: %s', async (day) => {
    const query = 'query ($where: TaskFilter) { tasks(where: $where) { totalCount } }';
    expect(await codeOf(query, { where: { dueDate: { eq: day } } })).toBe('BAD_INPUT');
    expect(await codeOf(`{ tasks(where: { dueDate: { eq: "${day}" } }) { totalCount } }`)).toBe('BAD_INPUT');
  });
});

it('a number with an exponent means the same in a document as in a variable', async () => {
  const literal = (number: string) =>
    member.graphql(`{ tasks(where: { estimateDays: { eq: ${number} } }) { totalCount } }`);
  expect((await literal('1e2')).errors).toEqual([]);
  expect((await literal('1.5E-3')).errors).toEqual([]);
  expect((await literal('1e400')).errors[0]?.extensions.code).toBe('BAD_INPUT');
});

describe('a body', () => {
  it.each(['', '{', 'null', '[]', '"x"', '{}', '{"query":1}', '{"query":"{ __typename }","variables":"x"}'])(
    '%s is no request',
    async (body) => {
      const headers = { 'content-type': 'application/json' };
      const response = await here.yoga.fetch('http://localhost/graphql', { method: 'POST', headers, body });
      const { errors } = (await response.json()) as { errors: { extensions: object }[] };
      expect([response.status, errors[0]!.extensions]).toMatchObject([400, { code: 'BAD_INPUT' }]);
    },
  );

  it('with several operations and no name is rejected', async () => {
    expect(await codeOf('query A { __typename } query B { __typename }')).toBe('BAD_INPUT');
  });
});
