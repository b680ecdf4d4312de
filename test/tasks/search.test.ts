import { beforeAll, describe, expect, it } from 'vitest';
import { Backends } from '../support/backends.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { createTask, seedProject, seedTasks } from './support.ts';

const texts = [
  { name: 'Étude des réseaux électriques', description: 'Relevés sur site' },
  { name: 'Prepare deployments', description: 'Rolling upgrade of the servers' },
  { name: 'Réunion', description: 'Parler de l’étude et du budget' },
  { name: 'Budget', description: null },
];

describe('search', async () => {
  const server = await world();
  let company: Company;
  let manager: Member;
  beforeAll(async () => {
    company = await server.company();
    manager = await company.as('MANAGER');
    const projectId = `Project:${await seedProject(company)}`;
    const tasks = texts.map((text) => ({ projectId, ...text }));
    await manager.ok(
      'mutation ($tasks: [NewTaskInput!]!) { createTasks(input: { tasks: $tasks }) { results { id } } }',
      {
        tasks,
      },
    );
  });

  const search = async (query: string) => {
    const { searchTasks } = await manager.ok(
      'query ($query: String!) { searchTasks(query: $query) { totalCount nodes { name } } }',
      { query },
    );
    const names = searchTasks.nodes.map(({ name }: { name: string }) => name);
    expect(searchTasks.totalCount).toBe(names.length);
    return names;
  };

  it('takes 500 characters, of whatever script', async () => {
    expect(await search('🦊'.repeat(500))).toEqual([]);
    const { errors } = await manager.graphql('query ($query: String!) { searchTasks(query: $query) { totalCount } }', {
      query: '🦊'.repeat(501),
    });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_INPUT', field: 'query' });
  });

  it.each([
    ['etude reseau', ['Étude des réseaux électriques']],
    ['ÉTUDES', ['Étude des réseaux électriques', 'Réunion']],
    ['deploying server', ['Prepare deployments']],
    ['étude -budget', ['Étude des réseaux électriques']],
    ['"rolling upgrade"', ['Prepare deployments']],
    ['"upgrade rolling"', []],
    ['', []],
    ["!!! & | ' ) (", []],
  ])('finds %j in both languages, with or without accents', async (query, names) => {
    expect(await search(query)).toEqual(names);
  });

  it('ranks names before descriptions', async () => {
    expect(await search('budget')).toEqual(['Budget', 'Réunion']);
  });

  it('accepts only its own cursors, and no other list accepts them', async () => {
    const page = (root: string, after: string | null) =>
      manager.graphql(`query ($after: String) { page: ${root} { nodes { name } pageInfo { endCursor } } }`, { after });
    const [searched, listed] = [
      'searchTasks(query: "budget", first: 1, after: $after)',
      'tasks(first: 1, after: $after)',
    ];
    const end = async (root: string) => (await page(root, null)).data?.page.pageInfo.endCursor;
    const crossed = [await page(listed, await end(searched)), await page(searched, await end(listed))];
    for (const { errors } of crossed) {
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_CURSOR', field: 'after' } }]);
    }
    expect((await page(searched, await end(searched))).data?.page.nodes).toEqual([{ name: 'Réunion' }]);
  });

  it('continues after a cursor, in the same order', async () => {
    const page = (after: string | null) =>
      manager.ok(
        `query ($after: String) {
          searchTasks(query: "budget or étude", first: 1, after: $after) {
            nodes { name }
            pageInfo { hasNextPage endCursor }
          }
        }`,
        { after },
      );
    const names: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const { searchTasks } = await page(after);
      names.push(...searchTasks.nodes.map(({ name }: { name: string }) => name));
      ({ endCursor: after, hasNextPage: more } = searchTasks.pageInfo);
    }
    expect(names).toEqual(await search('budget or étude'));
    expect(names.length).toBe(3);
  });

  it('is also a filter, in one statement with the selected fields', async () => {
    const { data, statements } = await manager.graphql(
      '{ tasks(where: { search: "reseaux", status: { eq: TODO } }) { nodes { name project { name } } } }',
    );
    expect(data.tasks.nodes).toMatchObject([{ name: 'Étude des réseaux électriques' }]);
    expect(statements.length).toBe(1);
  });

  it('finds by a whole tag', async () => {
    const projectId = `Project:${await seedProject(company)}`;
    const id = await createTask(manager, {
      projectId,
      name: 'Tagged',
      tags: ['Urgent fix', ' ux', 'UX', 'É,t', 'urgent fix'],
    });
    const tagged = async (tag: string) =>
      (await manager.ok('query ($tag: String!) { tasks(where: { tag: $tag }) { nodes { id } } }', { tag })).tasks.nodes;
    for (const tag of ['urgent fix', 'URGENT FIX', 'ux', 'é,T']) expect(await tagged(tag), tag).toEqual([{ id }]);
    const { node } = await manager.ok('query ($id: ID!) { node(id: $id) { ... on Task { tags } } }', { id });
    expect(node.tags).toEqual(['Urgent fix', 'ux', 'É,t']);
    expect(await tagged('urgent')).toEqual([]);
  });

  it('reads an index of the tags', async () => {
    await seedTasks(company, await seedProject(company), 2_000);
    const { statements } = await manager.graphql('{ tasks(where: { tag: "rare" }) { nodes { id } } }');
    await using admin = new Backends(server.app.installation.adminUrl);
    await admin.query(`set search_path = ${company.tenant.schemaName}, extensions`);
    const plan = await admin.query(`explain (generic_plan) ${statements[0]}`);
    expect(JSON.stringify(plan)).toContain('tasks_tag_keys');
  });

  it('rejects a query that is too long', async () => {
    const { errors } = await manager.graphql('query ($q: String!) { searchTasks(query: $q) { nodes { id } } }', {
      q: 'x'.repeat(501),
    });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_INPUT', field: 'query' } }]);
  });
});
