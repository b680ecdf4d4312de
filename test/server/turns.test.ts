import { afterAll, expect, test, vi } from 'vitest';
import { HttpServer } from '../../src/server/http.ts';
import { Turns } from '../../src/server/request/turns.ts';
import { world } from '../support/world.ts';

const here = await world();
const member = await (await here.company()).as('MEMBER');
const server = await HttpServer.listen({ router: here.router, host: '127.0.0.1', port: 0, graceMs: 500 });
afterAll(() => server.close());
const take = vi.spyOn(Turns.prototype, 'take');

/** How many turns a request took, and its status. */
async function turnsOf(query: string, variables: object = {}, byGet = false): Promise<[turns: number, status: number]> {
  take.mockClear();
  const url = `http://127.0.0.1:${server.port}/graphql`;
  const headers = { 'content-type': 'application/json', ...member.headers };
  const response = byGet
    ? await fetch(`${url}?${new URLSearchParams({ query })}`, { headers })
    : await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  await response.arrayBuffer();
  expect(take.mock.calls.every(([caller]) => caller === '127.0.0.1')).toBe(true);
  return [take.mock.calls.length, response.status];
}

test('a document waits for its turn until the server knows it, by POST and by GET', async () => {
  for (const byGet of [false, true]) {
    const query = `query Known${byGet} { profiles { totalCount } }`;
    expect(await turnsOf(query, {}, byGet)).toEqual([1, 200]);
    expect(await turnsOf(query, {}, byGet)).toEqual([0, 200]);
  }
});

test('a rejected document waits each time', async () => {
  const refused = `{ ${'a: profiles { nodes { b: manager { id } } } '.repeat(150)} }`;
  expect((await turnsOf(refused))[0]).toBe(1);
  expect((await turnsOf(refused))[0]).toBe(1);
});

test('a body over 16 kB waits, also for a known document', async () => {
  const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
  const ids = (count: number) => Array.from({ length: count }, () => `Profile:ref:${'x'.repeat(200)}`);
  expect(await turnsOf(query, { ids: ids(2) })).toEqual([1, 200]);
  expect(await turnsOf(query, { ids: ids(2) })).toEqual([0, 200]);
  expect((await turnsOf(query, { ids: ids(400) }))[0]).toBe(1);
});
