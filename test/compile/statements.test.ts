import { getOperationAST, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { Declined } from '../../src/access/decline.ts';
import { valuesAt } from '../../src/graphql/compile/arguments.ts';
import { Operation } from '../../src/graphql/compile/operation.ts';
import { compilePlan, type Plan } from '../../src/graphql/compile/plan.ts';
import { permissionsOf } from '../../src/identity/permissions.ts';
import type { Role } from '../../src/identity/roles.ts';
import type { Viewer } from '../../src/identity/viewer.ts';
import { schema } from '../../src/schema.ts';

const project = 'Project:0199a000-0000-7000-8000-000000000001';

function planOf(query: string, variables: Record<string, unknown> = {}, role: Role = 'MANAGER'): Plan {
  const document = parse(query);
  const operation = new Operation(0, schema, document, getOperationAST(document)!);
  const values = operation.variables(variables);
  const { skeleton } = operation.skeleton(values);
  const args = skeleton.sites.map((site) => valuesAt(site, values).args);
  const modules: ReadonlySet<string> = new Set();
  const viewer = { role, permissions: permissionsOf(role), modules } as Viewer;
  return compilePlan({ schema, skeleton, viewer, args });
}

/** The statement over several lines, without the quotes of names. */
const statementOf = (...asked: Parameters<typeof planOf>): string =>
  `\n${planOf(...asked)
    .text.replace(/('[^']*')|"/g, '$1')
    .replace(/ (?=(from|where|order by|limit|inner join|left join) )|(?<=\()(?=select )/g, '\n  ')}\n`;

function reasonOf(...asked: Parameters<typeof planOf>): unknown {
  try {
    planOf(...asked);
  } catch (error) {
    if (error instanceof Declined) return error.reason;
    throw error;
  }
  return 'compiled';
}

describe('a document becomes one statement', () => {
  it('of columns', () => {
    expect(
      statementOf('query ($id: ID!) { node(id: $id) { ... on Project { id name createdAt status } } }', {
        id: project,
      }),
    ).toMatchInlineSnapshot(`
      "
      select ('{"data":{"node":' || coalesce((
        select ('{"id":"Project:' || t1.id::text || '","name":' || to_json(t1.name)::text || ',"createdAt":"' || to_char(case when t1.created_at < '0001-01-01Z'::timestamptz then '0001-01-01Z'::timestamptz when t1.created_at > '9999-12-31T23:59:59.999Z'::timestamptz then '9999-12-31T23:59:59.999Z'::timestamptz else t1.created_at end, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '","status":"' || t1.status || '"}')
        from projects as t1
        where t1.id = $1), 'null') || '}}') as r0
      "
    `);
  });

  it('of a page, cut before anything is nested in it', () => {
    expect(
      statementOf('{ projects(first: 5) { nodes { name client { name } } pageInfo { hasNextPage } totalCount } }'),
    ).toMatchInlineSnapshot(`
      "
      select ('{"data":{"projects":' || (
        select ('{"nodes":[' || coalesce(string_agg(('{"name":' || to_json(t1.name)::text || ',"client":' || coalesce((
        select ('{"name":' || to_json(t2.name)::text || '}')
        from clients as t2
        where t1.client_id = t2.id), 'null') || '}'), ',') filter (where t1.n <= 5), '') || '],"pageInfo":{"hasNextPage":' || (count(*) > 5)::text || '},"totalCount":' || (
        select count(*)::text
        from projects as t3
        where (t3.archived_at is null)) || '}')
        from (
        select t1.name, t1.client_id, row_number() over () as n
        from (
        select t1.name, t1.client_id
        from projects as t1
        where (t1.archived_at is null)
        order by t1.id asc
        limit 6) as t1) as t1) || '}}') as r0
      "
    `);
  });

  it('of pages in pages, with filters and orders from variables', () => {
    const query = `query ($where: TaskFilter, $orderBy: [TaskOrder!]) {
      projects { nodes { tasks(first: 3, where: $where, orderBy: $orderBy) { nodes { name assignee { lastName } } } } }
    }`;
    const where = { name: { contains: 'x' }, status: { in: ['TODO', 'DONE'] } };
    const orderBy = [{ field: 'DUE_DATE', direction: 'DESC' }];
    expect(statementOf(query, { where, orderBy })).toMatchInlineSnapshot(`
      "
      select ('{"data":{"projects":' || (
        select ('{"nodes":[' || coalesce(string_agg(('{"tasks":' || (
        select ('{"nodes":[' || coalesce(string_agg(('{"name":' || to_json(t2.name)::text || ',"assignee":' || coalesce((
        select ('{"lastName":' || to_json(t3.last_name)::text || '}')
        from profiles as t3
        where t2.assignee_id = t3.id), 'null') || '}'), ','), '') || ']}')
        from (
        select t2.name, t2.assignee_id
        from tasks as t2
        where ((t1.id = t2.project_id) and (((((t2.type <> $1) or (t2.assignee_id = $2) or (t2.creator_id = $3))) and (((extensions.unaccent(t2.name) ilike (
        select extensions.unaccent($4::text))) and (t2.status = any($5)))))))
        order by coalesce(t2.due_date, 'infinity'::date) desc, t2.id desc
        limit 3) as t2) || '}'), ','), '') || ']}')
        from (
        select t1.id
        from projects as t1
        where (t1.archived_at is null)
        order by t1.id asc
        limit 20) as t1) || '}}') as r0
      "
    `);
  });

  it('of a page after a cursor, read backward', () => {
    const query =
      '{ clients(last: 2, before: "fERDOlM6YQ", orderBy: [{ field: NAME }]) { edges { cursor node { id } } } }';
    expect(statementOf(query)).toMatchInlineSnapshot(`
      "
      select ('{"data":{"clients":' || (
        select ('{"edges":[' || coalesce(string_agg(('{"cursor":"' || replace(encode(convert_to(('Client:NAME+|T:[' || to_json(('S:' || t1.name::text))::text || ',"S:' || t1.id::text || '"]'), 'UTF8'), 'base64'), chr(10), '') || '","node":{"id":"Client:' || t1.id::text || '"}}'), ','
        order by t1.n desc), '') || ']}')
        from (
        select t1.id, t1.name, row_number() over () as n
        from (
        select t1.id, t1.name
        from clients as t1
        where ((t1.name < $1) or (((t1.name = $2) and (t1.id < $3))))
        order by t1.name desc, t1.id desc
        limit 2) as t1) as t1) || '}}') as r0
      "
    `);
  });

  it('that contains the row rules of the viewer', () => {
    expect(statementOf('{ tasks { nodes { name project { name } } } }', {}, 'CLIENT')).toMatchInlineSnapshot(`
      "
      select ('{"data":{"tasks":' || (
        select ('{"nodes":[' || coalesce(string_agg(('{"name":' || to_json(t1.name)::text || ',"project":' || coalesce((
        select ('{"name":' || to_json(t2.name)::text || '}')
        from projects as t2
        where t1.project_id = t2.id), 'null') || '}'), ','), '') || ']}')
        from (
        select t1.name, t1.project_id
        from tasks as t1
        where exists (
        select *
        from projects as f0
        where ((t1.project_id = f0.id) and (exists (
        select *
        from clients as f1
        where ((f0.client_id = f1.id) and (f1.contact_id = $1))
        limit 1)))
        limit 1)
        order by t1.id asc
        limit 20) as t1) || '}}') as r0
      "
    `);
  });

  it('of aggregates with the rows that their groups refer to', () => {
    const query = '{ timeEntriesAggregate(groupBy: [PROJECT, MONTH]) { keys { project { name } month } sum } }';
    expect(statementOf(query)).toMatchInlineSnapshot(`
      "
      select ('{"data":{"timeEntriesAggregate":[' || (
        select coalesce(string_agg(('{"keys":{"project":' || coalesce((
        select ('{"name":' || to_json(t2.name)::text || '}')
        from projects as t2
        where t2.id = t1.k0::uuid), 'null') || ',"month":' || coalesce(('"' || t1.k1 || '"'), 'null') || '},"sum":' || coalesce(('"' || t1.m1 || '"'), 'null') || '}'), ','), '')
        from (
        select k0::text as k0, (case when k1 < '0001-01-01'::date then '0001-01-01'::date when k1 > '9999-12-31'::date then '9999-12-31'::date else k1 end)::text as k1, m0 as m0, trim_scale(m1::numeric)::text as m1, place::text || '.nC2hn7AWZX' as cursor, place < max(place) over () as has_next
        from (
        select k0, k1, count(*)::int as m0, coalesce(sum(v1), 0)::numeric as m1, row_number() over (order by k0 asc nulls last, k1 asc nulls last) as place
        from (
        select time_entries.project_id as k0, date_trunc('month', (time_entries.work_date)::timestamp)::date as k1, time_entries.hours as v1, 1 as one
        from time_entries) as r group by k0, k1
        order by place
        limit $1 offset $2) as g
        order by place
        limit $3) as t1) || ']}}') as r0
      "
    `);
  });

  it('of a page with its size in a variable, planned for the largest size', () => {
    expect(statementOf('query ($n: Int) { clients(first: $n) { nodes { name } } }', { n: 3 })).toMatchInlineSnapshot(`
      "
      select ('{"data":{"clients":' || (
        select ('{"nodes":[' || coalesce(string_agg(('{"name":' || to_json(t1.name)::text || '}'), ','), '') || ']}')
        from (
        select t1.name
        from (
        select t1.name
        from clients as t1
        order by t1.id asc
        limit 100) as t1
        limit $1) as t1) || '}}') as r0
      "
    `);
  });

  it('of a page with the cursors of its ends', () => {
    expect(statementOf('{ clients(first: 3) { pageInfo { hasNextPage endCursor } } }')).toMatchInlineSnapshot(`
      "
      select ('{"data":{"clients":' || (
        select ('{"pageInfo":{"hasNextPage":' || (count(*) > 3)::text || ',"endCursor":' || coalesce(('"' || string_agg(replace(encode(convert_to(('Client:|S:' || t1.id::text), 'UTF8'), 'base64'), chr(10), ''), '') filter (where t1.n = least(t1.m, 3)) || '"'), 'null') || '}}')
        from (
        select t1.id, row_number() over () as n, count(*) over () as m
        from (
        select t1.id
        from clients as t1
        order by t1.id asc
        limit 4) as t1) as t1) || '}}') as r0
      "
    `);
  });

  it('of nodes by ids and by references, in the order of the request', () => {
    const ids = [project, 'Project:ref:P-1', 'Money:ref:1'];
    expect(
      statementOf('query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Project { code } } }', { ids }),
    ).toMatchInlineSnapshot(`
      "
      select ('{"Project":{' || (
        select coalesce(string_agg((to_json(t1.id::text)::text || ':{"code":' || to_json(t1.code)::text || '}'), ','), '')
        from projects as t1
        where t1.id = any($1)) || '},"Project:ref":{' || (
        select coalesce(string_agg((to_json(t2.external_reference::text)::text || ':{"code":' || to_json(t2.code)::text || '}'), ','), '')
        from projects as t2
        where t2.external_reference = any($2)) || '}}') as r0
      "
    `);
  });

  it('of the root fields that can be compiled, a column for each', () => {
    const query = '{ viewer { role } clients { totalCount } log: events { nodes { id } } __typename }';
    expect(statementOf(query)).toMatchInlineSnapshot(`
      "
      select ('{"totalCount":' || (
        select count(*)::text
        from clients as t2) || '}') as r0, '"Query"'::text as r1
      "
    `);
    expect([...planOf(query).executorFields]).toEqual([
      ['viewer', { field: 'Query.viewer', why: 'is resolved by code' }],
      ['log', { field: 'Query.events', why: 'is resolved by code' }],
    ]);
  });

  it('of several root fields', () => {
    expect(
      statementOf('{ __typename some: projects(first: 1) { nodes { id } } clients { totalCount } }'),
    ).toMatchInlineSnapshot(`
      "
      select ('{"data":{"__typename":"Query","some":' || (
        select ('{"nodes":[' || coalesce(string_agg(('{"id":"Project:' || t1.id::text || '"}'), ','), '') || ']}')
        from (
        select t1.id
        from projects as t1
        where (t1.archived_at is null)
        order by t1.id asc
        limit 1) as t1) || ',"clients":{"totalCount":' || (
        select count(*)::text
        from clients as t3) || '}}}') as r0
      "
    `);
  });
});

describe('the same statement serves', () => {
  const query = 'query ($where: TaskFilter) { tasks(where: $where) { nodes { id } } }';

  it('other values of the same shape', () => {
    const few = statementOf(query, { where: { status: { in: ['TODO'] }, name: { eq: 'a' } } });
    const many = statementOf(query, { where: { status: { in: ['TODO', 'DONE', 'IN_REVIEW'] }, name: { eq: 'b' } } });
    expect(many).toBe(few);
  });

  it('not those of another shape', () => {
    const one = statementOf(query, { where: { name: { eq: 'a' } } });
    expect(statementOf(query, { where: { name: { ne: 'a' } } })).not.toBe(one);
    expect(statementOf(query, { where: { name: null } })).not.toBe(one);
  });
});

describe('the database uses', () => {
  it.each([
    ['one plan for keys, sizes and positions', 'query ($n: Int) { projects(first: $n) { nodes { id } } }', 'generic'],
    ['plans of its own choice for other values', '{ tasks(where: { name: { eq: "a" } }) { nodes { id } } }', undefined],
    [
      'a plan for each execution of a sum over values',
      '{ timeEntriesAggregate(where: { workDate: { gte: "2026-01-01" } }) { sum } }',
      'custom',
    ],
  ])('%s', (_what, query, planning) => expect(planOf(query, { n: 3 }).planning).toBe(planning));
});

describe('the executor is left', () => {
  it.each([
    ['code', '{ viewer { role } }', { field: 'Query.viewer', why: 'is resolved by code' }],
    ['refusals', '{ projectAssignments { nodes { saleRate { amount } } } }', { why: 'may not be read by this viewer' }],
    ['pages from both ends', '{ tasks(first: 1, last: 1) { totalCount } }', { why: 'is paged from both ends' }],
    [
      'rows that code looks into',
      '{ projects { nodes { milestonePlan { finish } } } }',
      { field: 'Project.milestonePlan' },
    ],
    ['empty selections', '{ tasks @skip(if: true) { totalCount } }', { why: 'selects no fields' }],
  ])('%s', (_what, query, reason) => {
    expect(reasonOf(query, {}, 'MEMBER')).toMatchObject(reason);
  });
});
