import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Plans } from '../../src/graphql/compile/plans.ts';
import { uuidv7 } from '../../src/lib/ids.ts';
import { clients } from '../../src/modules/clients/tables.ts';
import { projects } from '../../src/modules/projects/tables.ts';
import { tasks as taskRows } from '../../src/modules/tasks/tables.ts';
import { schema } from '../../src/schema.ts';
import { buildGraphServer } from '../../src/serve.ts';
import { Backends } from '../support/backends.ts';
import { type Company, type Member, world } from '../support/world.ts';

interface Body {
  data: unknown;
  errors?: { message: string; path: unknown; locations: unknown }[];
  extensions?: { plan: { compiled: unknown; sql: string; left: unknown } };
}

describe('root fields that cannot be compiled are left to the executor', async () => {
  const here = await world();
  let acme: Company;
  let manager: Member;
  const plans = new Plans(schema);
  const compiled = buildGraphServer(here.app, { plans }).yoga;
  const plain = buildGraphServer(here.app, { plans: null }).yoga;

  beforeAll(async () => {
    acme = await here.company();
    manager = await acme.as('MANAGER');
    await here.app.binding.write(acme.tenant, async (tx) => {
      const clientId = uuidv7();
      await tx.insert(clients).values({ id: clientId, name: 'Client' });
      for (const code of ['A', 'B'])
        await tx
          .insert(projects)
          .values({ id: uuidv7(), clientId, code, name: `Project ${code}`, startDate: '2024-01-01' });
    });
  });

  async function send(yoga: typeof plain, member: Member, body: object) {
    const from = here.recorded.length;
    const response = await yoga.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...member.headers },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    return { text, body: JSON.parse(text) as Body, sent: here.recorded.slice(from) };
  }

  /** What both ways answer, to the byte; with what the compiled one sent. */
  async function both(query: string, variables: object = {}, member = manager) {
    const before = plans.counts;
    const asked = await send(compiled, member, { query, variables });
    const expected = await send(plain, member, { query, variables });
    expect(asked.text).toBe(expected.text);
    return { ...asked.body, sent: asked.sent, partly: plans.counts.partly - before.partly };
  }

  it('among others, in the order of the document, in one snapshot', async () => {
    const query = `query ($skip: Boolean!) {
      ...Last
      viewer { role }
      projects(orderBy: [{ field: CODE }]) { nodes { code } }
      skipped: clients @skip(if: $skip) { totalCount }
      kind: __typename
      search: searchTasks(query: "Project") { nodes { id } }
    }
    fragment Last on Query { clients { totalCount } ... on Query { again: viewer { role } } }`;
    const { data, partly, sent } = await both(query, { skip: true });
    expect(Object.keys(data as object)).toEqual(['clients', 'again', 'viewer', 'projects', 'kind', 'search']);
    expect(data).toMatchObject({ projects: { nodes: [{ code: 'A' }, { code: 'B' }] }, kind: 'Query' });
    expect(partly).toBe(1);
    expect(sent.filter((text) => text.includes(acme.tenant.schemaName))).toHaveLength(1);
    expect(sent.filter((text) => /'\{"nodes":|from "projects" as "t1"/.test(text))).toHaveLength(1);
  });

  it('with the reason in the plan, for people who may explore the graph', async () => {
    const query = '{ viewer { role } projects { totalCount } events(first: 1) { nodes { id } } }';
    const { body } = await send(compiled, manager, { query, extensions: { plan: true } });
    expect(body.extensions?.plan).toEqual({
      compiled: 'partly',
      sql: expect.stringContaining('from "projects"'),
      left: {
        viewer: { field: 'Query.viewer', why: 'is resolved by code' },
        events: { field: 'Query.events', why: 'is resolved by code' },
      },
    });
    const nothing = await send(compiled, manager, {
      query: '{ __typename viewer { role } events(first: 1) { nodes { id } } }',
      extensions: { plan: true },
    });
    expect(nothing.body.extensions?.plan).toEqual({
      compiled: false,
      reason: { field: 'Query.viewer', why: 'is resolved by code' },
      left: {
        viewer: { field: 'Query.viewer', why: 'is resolved by code' },
        events: { field: 'Query.events', why: 'is resolved by code' },
      },
    });
  });

  it('if a field under them cannot be compiled, or may not be read', async () => {
    const nested = await both('{ clients { totalCount } projects { nodes { code milestonePlan { finish } } } }');
    expect(nested).toMatchObject({ partly: 1, data: { clients: { totalCount: 1 } } });
    const client = await acme.as('CLIENT');
    const forbidden = await both('{ projects { totalCount } clients { nodes { name notes } } }', {}, client);
    expect(forbidden.errors?.length ?? 0).toBeGreaterThan(0);
  });

  it('with their errors, which null the whole answer if they are non-null', async () => {
    const refused = await both(
      '{ projects { totalCount } role: viewer { role } log: events(first: 0) { nodes { id } } }',
    );
    expect(refused).toMatchObject({ data: null, partly: 1 });
    expect(refused.errors).toMatchObject([{ path: ['log'], locations: [{ line: 1, column: 49 }] }]);
    const nullable = await both('{ projects { totalCount } me: viewer { organizations { nope: id } } }');
    expect(nullable.errors ?? []).toMatchObject([{}]);
  });

  it('and the executor answers everything if the database rejects one of their statements', async () => {
    await using admin = new Backends(here.app.installation.adminUrl);
    const tasks = `${acme.tenant.schemaName}.tasks`;
    await here.app.binding.write(acme.tenant, async (tx) => {
      const [project] = await tx.select({ id: projects.id }).from(projects).limit(1);
      await tx.insert(taskRows).values({ id: uuidv7(), projectId: project!.id, name: 'castor', rank: '0|a' });
    });
    // Whoever reads a task gets an error of data, as from a value that only the database can judge.
    await admin.query(`create policy refused on ${tasks} using ((name || 'x')::date is null)`);
    await admin.query(`alter table ${tasks} enable row level security`);
    const before = plans.counts;
    const { errors } = await both('{ tasks { nodes { id } } projects { totalCount } viewer { role } }');
    await admin.query(`alter table ${tasks} disable row level security`);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_INPUT' } }]);
    expect(plans.counts).toMatchObject({ partly: before.partly, declined: before.declined + 1 });
  });

  it('and the executor answers everything if their values are invalid', async () => {
    const query = 'query ($n: Int) { projects(first: $n) { nodes { id } } viewer { role } }';
    expect(await both(query, { n: 101 })).toMatchObject({ data: null, partly: 0 });
  });

  it('and a failure of the database is reported once, as the executor reports it', async () => {
    await using holder = new Backends(here.app.installation.adminUrl);
    await using database = new Backends(here.app.installation.adminUrl);
    await holder.query(`begin; lock table ${acme.tenant.schemaName}.events`);
    const answers = both('{ projects { totalCount } events { nodes { id } } }');
    for (const _way of ['compiled', 'executed']) await vi.waitFor(() => killWaiting(database), { timeout: 60_000 });
    const { errors, partly } = await answers;
    expect(errors).toMatchObject([{ path: ['events'], extensions: { code: 'CONNECTION_LOST' } }]);
    expect(partly).toBe(1);
  });

  /** Kills whoever waits for a lock; throws as long as nobody does. */
  async function killWaiting(database: Backends): Promise<void> {
    const waiting = await database.query(`
      select pg_terminate_backend(pid, 5000) from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like '%"events"%'`);
    expect(waiting).toHaveLength(1);
  }
});
