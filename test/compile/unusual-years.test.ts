import { sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { createProject } from '../projects/support.ts';
import { world } from '../support/world.ts';

const server = await world();
const acme = await server.company();

it.each([
  ['before the year 1', '0044-03-15 BC', '0044-03-15 12:00Z BC', '0001-01-01', '0001-01-01T00:00:00.000Z'],
  ['at the beginning of time', '-infinity', '-infinity', '0001-01-01', '0001-01-01T00:00:00.000Z'],
  ['of the year 50', '0050-12-01', '0050-12-01 12:00Z', '0050-12-01', '0050-12-01T12:00:00.000Z'],
  ['after the year 9999', '10000-12-01', '10000-12-01 12:00Z', '9999-12-31', '9999-12-31T23:59:59.999Z'],
])(
  'a day and an instant of a row %s are shown with four-digit years',
  async (_when, day, instant, shownDay, shownInstant) => {
    const manager = await acme.as('MANAGER');
    const id = await createProject(manager);
    const uuid = id.slice('Project:'.length);
    await server.app.binding.write(acme.tenant, (tx) =>
      tx.execute(sql`update projects set start_date = ${day}::date, expected_end_date = null,
      created_at = ${instant}::timestamptz where id = ${uuid}`),
    );
    const body = {
      query: 'query ($id: ID!) { node(id: $id) { ... on Project { startDate expectedEndDate createdAt } } }',
      variables: { id },
      extensions: { plan: true },
    };
    const response = await server.yoga.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(await acme.as('OWNER')).headers },
      body: JSON.stringify(body),
    });
    expect(await response.json()).toMatchObject({
      data: { node: { startDate: shownDay, expectedEndDate: null, createdAt: shownInstant } },
      extensions: { plan: { compiled: true } },
    });
  },
);
