import { getOperationAST, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { valuesAt } from '../../src/graphql/compile/arguments.ts';
import { Declined } from '../../src/graphql/compile/decline.ts';
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
  return compilePlan(schema, skeleton, { role, permissions: permissionsOf(role) } as Viewer, args);
}

/** The statement over several lines, without the quotes of names. */
const statementOf = (...asked: Parameters<typeof planOf>): string =>
  `\n${planOf(...asked)
    .text.replaceAll('"', '')
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
      select ((
        select json_build_object('id', 'Project:' || t1.id, 'name', t1.name, 'createdAt', to_char(t1.created_at, 'YYYY-MM-DDTHH24:MI:SS.MSZ'), 'status', t1.status)
        from projects as t1
        where t1.id = $1))::text as r0
      "
    `);
  });

  it('of a page, cut before anything is nested in it', () => {
    expect(
      statementOf('{ projects(first: 5) { nodes { name client { name } } pageInfo { hasNextPage } totalCount } }'),
    ).toMatchInlineSnapshot(`
      "
      select ((
        select json_build_object('nodes', coalesce(json_agg(json_build_object('name', t1.name, 'client', (
        select json_build_object('name', t2.name)
        from clients as t2
        where t1.client_id = t2.id))) filter (where t1.n <= $1), '[]'::json), 'pageInfo', json_build_object('hasNextPage', count(*) > $2), 'totalCount', (
        select count(*)
        from projects as t3))
        from (
        select t1.name, t1.client_id, row_number() over () as n
        from (
        select t1.name, t1.client_id
        from projects as t1
        order by t1.id asc
        limit $3) as t1) as t1))::text as r0
      "
    `);
  });

  it('of pages in pages, with filters and orders that variables bring', () => {
    const query = `query ($where: TaskFilter, $orderBy: [TaskOrder!]) {
      projects { nodes { tasks(first: 3, where: $where, orderBy: $orderBy) { nodes { name assignee { lastName } } } } }
    }`;
    const where = { name: { contains: 'x' }, status: { in: ['TODO', 'DONE'] } };
    const orderBy = [{ field: 'DUE_DATE', direction: 'DESC' }];
    expect(statementOf(query, { where, orderBy })).toMatchInlineSnapshot(`
      "
      select ((
        select json_build_object('nodes', coalesce(json_agg(json_build_object('tasks', (
        select json_build_object('nodes', coalesce(json_agg(json_build_object('name', t2.name, 'assignee', (
        select json_build_object('lastName', t3.last_name)
        from profiles as t3
        where t2.assignee_id = t3.id))), '[]'::json))
        from (
        select t2.name, t2.assignee_id
        from tasks as t2
        where ((t1.id = t2.project_id) and (((((t2.type <> $1) or (t2.assignee_id = $2) or (t2.creator_id = $3))) and (((t2.name ilike $4) and (t2.status = any($5)))))))
        order by coalesce(t2.due_date, 'infinity'::date) desc, t2.id desc
        limit $6) as t2))), '[]'::json))
        from (
        select t1.id
        from projects as t1
        order by t1.id asc
        limit $7) as t1))::text as r0
      "
    `);
  });

  it('of a page after a cursor, read backward', () => {
    const query =
      '{ clients(last: 2, before: "fERDOlM6YQ", orderBy: [{ field: NAME }]) { edges { cursor node { id } } } }';
    expect(statementOf(query)).toMatchInlineSnapshot(`
      "
      select (json_build_array((
        select coalesce(json_agg(json_build_array(json_build_object('id', 'Client:' || t1.id), t1.name, t1.id)), '[]'::json)
        from (
        select t1.id, t1.name
        from clients as t1
        where ((t1.name < $1) or (((t1.name = $2) and (t1.id < $3))))
        order by t1.name desc, t1.id desc
        limit $4) as t1), null))::text as r0
      "
    `);
  });

  it('that holds the row rules of who asks', () => {
    expect(statementOf('{ tasks { nodes { name project { name } } } }', {}, 'CLIENT')).toMatchInlineSnapshot(`
      "
      select ((
        select json_build_object('nodes', coalesce(json_agg(json_build_object('name', t1.name, 'project', (
        select json_build_object('name', t2.name)
        from projects as t2
        where t1.project_id = t2.id))), '[]'::json))
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
        limit $2) as t1))::text as r0
      "
    `);
  });

  it('of sums with the rows that they are about', () => {
    const query = '{ timeEntriesAggregate(groupBy: [PROJECT, MONTH]) { keys { project { name } month } sum } }';
    expect(statementOf(query)).toMatchInlineSnapshot(`
      "
      select ((
        select coalesce(json_agg(json_build_object('keys', json_build_object('project', (
        select json_build_object('name', t2.name)
        from projects as t2
        where t2.id = t1.projectId), 'month', t1.month), 'sum', trim_scale(t1.sum)::text)), '[]'::json)
        from (
        select time_entries.project_id as projectId, date_trunc('month', time_entries.work_date::timestamp)::date as month, count(*) as count, coalesce(sum(time_entries.hours), 0) as sum, avg(time_entries.hours) as avg, min(time_entries.hours) as min, max(time_entries.hours) as max
        from time_entries group by time_entries.project_id, date_trunc('month', time_entries.work_date::timestamp)::date
        order by time_entries.project_id, date_trunc('month', time_entries.work_date::timestamp)::date
        limit $1) as t1))::text as r0
      "
    `);
  });

  it('of several root fields', () => {
    expect(
      statementOf('{ __typename some: projects(first: 1) { nodes { id } } clients { totalCount } }'),
    ).toMatchInlineSnapshot(`
      "
      select (to_json('Query'::text))::text as r0, ((
        select json_build_object('nodes', coalesce(json_agg(json_build_object('id', 'Project:' || t1.id)), '[]'::json))
        from (
        select t1.id
        from projects as t1
        order by t1.id asc
        limit $1) as t1))::text as r1, (json_build_object('totalCount', (
        select count(*)
        from clients as t3)))::text as r2
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

describe('the executor is left', () => {
  it.each([
    ['code', '{ viewer { role } }', { field: 'Query.viewer', why: 'has code' }],
    ['refusals', '{ projectAssignments { nodes { saleRate { amount } } } }', { why: 'is not for this viewer' }],
    ['pages from both ends', '{ tasks(first: 1, last: 1) { totalCount } }', { why: 'is paged from both ends' }],
    [
      'rows that code looks into',
      '{ projects { nodes { milestonePlan { finish } } } }',
      { field: 'Project.milestonePlan' },
    ],
    ['empty selections', '{ tasks @skip(if: true) { totalCount } }', { why: 'asks for nothing' }],
  ])('%s', (_what, query, reason) => {
    expect(reasonOf(query, {}, 'MEMBER')).toMatchObject(reason);
  });
});
