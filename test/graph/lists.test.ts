import { describe, expect, it } from 'vitest';
import { world } from '../support/world.ts';

const here = await world();
const acme = await here.company();
const manager = await acme.as('MANAGER');

const sectors = [null, 'b', 'a', null, 'b', '100%_sure', 'B', null, 'a', '100x1sure'];
for (const [index, sector] of sectors.entries()) {
  await manager.ok('mutation ($input: CreateClientInput!) { createClient(input: $input) { lastEventId } }', {
    input: { name: `c${index % 3}`, sector, externalReference: `ref-${index}` },
  });
}

interface Page {
  totalCount: number;
  edges: { cursor: string; node: { externalReference: string } }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}
type Order = { field: string; direction: 'ASC' | 'DESC' }[];

async function page(variables: object): Promise<Page> {
  const query = `query ($first: Int, $last: Int, $after: String, $before: String, $orderBy: [ClientOrder!], $where: ClientFilter) {
    clients(first: $first, last: $last, after: $after, before: $before, orderBy: $orderBy, where: $where) {
      totalCount
      edges { cursor node { externalReference } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }`;
  return (await manager.ok(query, { ...variables })).clients;
}
const refs = ({ edges }: Page): string[] => edges.map(({ node }) => node.externalReference);

async function walk(orderBy: Order, forward: boolean): Promise<string[]> {
  const found: string[] = [];
  for (let cursor: string | null | undefined; ; ) {
    const variables = forward ? { first: 3, after: cursor } : { last: 3, before: cursor };
    const next = await page({ ...variables, orderBy });
    expect(next.totalCount).toBe(sectors.length);
    if (forward) found.push(...refs(next));
    else found.unshift(...refs(next));
    cursor = forward ? next.pageInfo.endCursor : next.pageInfo.startCursor;
    if (!(forward ? next.pageInfo.hasNextPage : next.pageInfo.hasPreviousPage)) return found;
  }
}

const orders: [string, Order][] = [
  ['by id', []],
  ['by name, with ties', [{ field: 'NAME', direction: 'ASC' }]],
  ['by name backwards', [{ field: 'NAME', direction: 'DESC' }]],
  ['by what may be absent', [{ field: 'SECTOR', direction: 'ASC' }]],
  ['by what may be absent, backwards', [{ field: 'SECTOR', direction: 'DESC' }]],
  [
    'by two in opposite directions',
    [
      { field: 'SECTOR', direction: 'DESC' },
      { field: 'NAME', direction: 'ASC' },
    ],
  ],
];

describe.each(orders)('a list %s', (_name, orderBy) => {
  it('is the same in one query and in pages, from either end', async () => {
    const whole = refs(await page({ first: 100, orderBy }));
    expect(whole.toSorted()).toEqual(sectors.map((_, index) => `ref-${index}`).toSorted());
    expect(await walk(orderBy, true)).toEqual(whole);
    expect(await walk(orderBy, false)).toEqual(whole);
  });
});

it('keeps its cursors to its ordering', async () => {
  const { pageInfo } = await page({ first: 2, orderBy: [{ field: 'NAME', direction: 'ASC' }] });
  for (const orderBy of [[], [{ field: 'NAME', direction: 'DESC' }], [{ field: 'SECTOR', direction: 'ASC' }]]) {
    const { errors } = await manager.graphql(
      'query ($after: String, $orderBy: [ClientOrder!]) { clients(after: $after, orderBy: $orderBy) { totalCount nodes { id } } }',
      { after: pageInfo.endCursor, orderBy },
    );
    expect(errors[0]?.extensions.code).toBe('BAD_CURSOR');
  }
});

describe('a filter', () => {
  const matching = async (where: object) => {
    const found = await page({ first: 100, where });
    expect(found.totalCount).toBe(found.edges.length);
    return refs(found).map((ref) => sectors[Number(ref.slice(4))]);
  };
  const absent = [null, null, null];
  it.each([
    [{ eq: 'a' }, ['a', 'a']],
    [{ ne: 'a' }, [null, 'b', null, 'b', '100%_sure', 'B', null, '100x1sure']],
    [{ in: ['a', 'B'] }, ['a', 'B', 'a']],
    [{ in: [] }, []],
    [{ notIn: ['a', 'b', 'B'] }, [null, null, '100%_sure', null, '100x1sure']],
    [{ notIn: [] }, sectors],
    [{ isNull: true }, absent],
    [{ isNull: false, startsWith: 'b' }, ['b', 'b', 'B']],
    [{ contains: '%_S' }, ['100%_sure']],
    [{ contains: '\\' }, []],
    [{ startsWith: '100%' }, ['100%_sure']],
    [{ gte: 'a', lte: 'a' }, ['a', 'a']],
    [{ eq: null }, sectors],
    [{}, sectors],
  ])('%j finds the matching rows', async (sector, expected) => {
    expect(await matching({ sector })).toEqual(expected);
  });

  it('combines its conditions in the written order', async () => {
    const [a, b] = [{ sector: { eq: 'a' } }, { sector: { eq: 'b' } }];
    expect(await matching({ or: [a, b] })).toEqual(['b', 'a', 'b', 'a']);
    expect(await matching({ and: [a, b] })).toEqual([]);
    expect(await matching({ not: { or: [a, b, { sector: { isNull: true } }] } })).toEqual([
      '100%_sure',
      'B',
      '100x1sure',
    ]);
    expect(await matching({ or: [{ and: [a, { name: { eq: 'c2' } }] }, { not: { not: b } }] })).toEqual([
      'b',
      'a',
      'b',
      'a',
    ]);
    expect(await matching({ or: [] })).toEqual([]);
    expect(await matching({ or: [{}, a] })).toEqual(sectors);
    expect(await matching({ not: { or: [] } })).toEqual(sectors);
    expect(await matching({ not: {} })).toEqual([]);
  });
});
