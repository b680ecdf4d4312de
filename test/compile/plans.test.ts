import { beforeAll, describe, expect, it } from 'vitest';
import { Admin } from '../../src/db/admin.ts';
import { Plans } from '../../src/graphql/compile/plans.ts';
import { schema } from '../../src/schema.ts';
import { buildGraphServer } from '../../src/serve.ts';
import { type Company, type Member, world } from '../support/world.ts';

describe('plans', async () => {
  const here = await world();
  let acme: Company;
  let manager: Member;
  beforeAll(async () => {
    acme = await here.company();
    manager = await acme.as('MANAGER');
  });

  const query = 'query ($where: ProfileFilter) { profiles(where: $where) { nodes { firstName } } }';
  const named = (name: string) => ({ where: { firstName: { eq: name } } });

  async function ask(member: Member, body: object, plans = new Plans(schema)) {
    const response = await buildGraphServer(here.app, { plans }).yoga.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...member.headers },
      body: JSON.stringify(body),
    });
    return (await response.json()) as { data: unknown; errors?: object[]; extensions?: { plan: unknown } };
  }

  it('serve every value of a shape, every member of a role and every organization', async () => {
    const plans = new Plans(schema);
    const other = await (await here.company('Other')).as('MANAGER');
    const text = { yoga: buildGraphServer(here.app, { plans }).yoga };
    const send = async (member: Member, variables: object) => {
      const response = await text.yoga.fetch('http://localhost/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...member.headers },
        body: JSON.stringify({ query, variables }),
      });
      return ((await response.json()) as { data: { profiles: { nodes: object[] } } }).data.profiles.nodes;
    };
    expect(await send(manager, named('Manager'))).toEqual([{ firstName: 'Manager' }]);
    expect(await send(manager, named('Nobody'))).toEqual([]);
    expect(await send(await acme.member('MANAGER', { firstName: 'Second' }), named('Second'))).toHaveLength(1);
    expect(await send(other, named('Second'))).toEqual([]);
    expect(plans.counts).toMatchObject({ answered: 4, declined: 0, compiled: 1, kept: 1 });
    await send(await acme.as('CLIENT'), named('Manager'));
    await send(manager, { where: { firstName: { ne: 'x' } } });
    expect(plans.counts).toMatchObject({ answered: 6, compiled: 3 });
  });

  it('are evicted, the oldest first, when there are too many', async () => {
    const query = (first: number) => ({ query: `{ profiles(first: ${first}) { totalCount } }` });
    const one = new Plans(schema);
    await ask(manager, query(1), one);
    const plans = new Plans(schema, { mostBytes: 2 * one.counts.keptBytes });
    for (const first of [1, 2, 3]) await ask(manager, query(first), plans);
    expect(plans.counts).toMatchObject({ answered: 3, kept: 2, forgotten: 1, keptBytes: 2 * one.counts.keptBytes });
  });

  it('are kept apart by the types in ids', async () => {
    const plans = new Plans(schema);
    const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
    const made = (name: string) => ({
      query: `mutation { createClient(input: { name: "${name}" }) { client { id } } }`,
    });
    const client = (await ask(manager, made('Mixed up'))).data as { createClient: { client: { id: string } } };
    const ids = [client.createClient.client.id, `Profile:${manager.profileId}`];
    const [uuid] = ids[0]!.split(':').slice(1);
    const forged = await ask(manager, { query, variables: { ids: [`Client,Profile:${uuid}`] } }, plans);
    expect(forged.errors).toMatchObject([{ extensions: { code: 'BAD_INPUT' } }]);
    expect(await ask(manager, { query, variables: { ids } }, plans)).toEqual({
      data: { nodes: ids.map((id) => ({ id })) },
    });
  });

  it('are shown on request to people who may explore the graph', async () => {
    const extensions = { plan: true };
    const { extensions: shown } = await ask(manager, { query, extensions });
    expect(shown?.plan).toEqual({ compiled: true, sql: expect.stringContaining('from "profiles" as "t1"') });
    const code = await ask(manager, { query: '{ viewer { role } }', extensions });
    expect(code).toEqual({
      data: { viewer: { role: 'MANAGER' } },
      extensions: { plan: { compiled: false, reason: { field: 'Query.viewer', why: 'is resolved by code' } } },
    });
    expect(await ask(manager, { query })).not.toHaveProperty('extensions');
    expect(await ask(await acme.as('MEMBER'), { query, extensions })).not.toHaveProperty('extensions');
  });

  it('keep working after a migration: the types of their rows stay the same', async () => {
    const plans = new Plans(schema);
    const before = await ask(manager, { query }, plans);
    await using admin = new Admin({ url: here.app.installation.adminUrl });
    const change = (sql: string) => admin.run(`alter table ${acme.tenant.schemaName}.profiles ${sql}`);
    await change('add column later text');
    expect(await ask(manager, { query }, plans)).toEqual(before);
    await change('drop column later');
    expect(await ask(manager, { query }, plans)).toEqual(before);
    expect(plans.counts).toMatchObject({ answered: 3, failed: 0 });
  });

  it('leave a statement that the database rejects to the executor, in a new session', async () => {
    const plans = new Plans(schema);
    const tasks = 'query ($days: Decimal) { tasks(where: { estimateDays: { gt: $days } }) { totalCount } }';
    const { errors, data } = await ask(manager, { query: tasks, variables: { days: '1'.repeat(30) } }, plans);
    expect({ errors, data }).toEqual({ errors: undefined, data: { tasks: { totalCount: 0 } } });
    // Whoever reads a client gets an error of data, as from a value that only the database can judge.
    await manager.ok('mutation { createClient(input: { name: "castor" }) { lastEventId } }');
    await using admin = new Admin({ url: here.app.installation.adminUrl });
    const rows = `${acme.tenant.schemaName}.clients`;
    await admin.run(`create policy refused on ${rows} using ((name || 'x')::date is null)`);
    await admin.run(`alter table ${rows} enable row level security`);
    const refused = await ask(manager, { query: '{ clients { totalCount } }' }, plans);
    await admin.run(`alter table ${rows} disable row level security`);
    expect(refused.errors).toMatchObject([{ extensions: { code: 'BAD_INPUT' } }]);
    expect(plans.counts).toMatchObject({ answered: 1, failed: 1 });
  });
});
