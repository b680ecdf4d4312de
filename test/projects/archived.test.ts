import { beforeAll, describe, expect, it } from 'vitest';
import { run } from '../support/run.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { createClient, createProject } from './support.ts';

describe('an archived project', async () => {
  const server = await world();
  let company: Company;
  let manager: Member;
  let kept: string;
  let archived: string;
  let clientId: string;
  beforeAll(async () => {
    company = await server.company();
    manager = await company.as('MANAGER');
    clientId = await createClient(manager);
    kept = await createProject(manager, { name: 'Kept', clientId });
    archived = await createProject(manager, { name: 'Archived', clientId });
    const made = await run(manager, 'archiveProject', { id: archived }, 'project { archivedAt version } lastEventId');
    expect(made).toEqual({ project: { archivedAt: expect.any(String), version: 2 }, lastEventId: expect.any(String) });
  });

  const list = async (where?: object) => {
    const { data, errors, statements } = await manager.graphql(
      `query ($where: ProjectFilter, $client: ID!) {
        projects(where: $where, orderBy: [{ field: NAME }]) { totalCount nodes { id } }
        node(id: $client) { ... on Client { projects(where: $where, orderBy: [{ field: NAME }]) { totalCount nodes { id } } } }
      }`,
      { where, client: clientId },
    );
    expect(errors).toEqual([]);
    expect(statements).toHaveLength(1);
    expect(data.node.projects).toEqual(data.projects);
    expect(data.projects.totalCount).toBe(data.projects.nodes.length);
    return data.projects.nodes.map(({ id }: { id: string }) => id);
  };

  it('is in no list whose filter does not ask for it', async () => {
    expect(await list()).toEqual([kept]);
    expect(await list({ name: { ne: 'x' } })).toEqual([kept]);
    expect(await list({ or: [{ name: { eq: 'Archived' } }, { name: { eq: 'Kept' } }] })).toEqual([kept]);
    expect(await list({ archivedAt: { isNull: false } })).toEqual([archived]);
    expect(await list({ not: { archivedAt: { isNull: true } } })).toEqual([archived]);
    expect(await list({ or: [{ archivedAt: { isNull: false } }, { name: { eq: 'Kept' } }] })).toEqual([archived, kept]);
  });

  it('is there for those who have its id, and comes back', async () => {
    const { node } = await manager.ok('query ($id: ID!) { node(id: $id) { ... on Project { name } } }', {
      id: archived,
    });
    expect(node).toEqual({ name: 'Archived' });
    const member = await company.as('MEMBER');
    expect(await run(member, 'unarchiveProject', { id: archived })).toMatchObject({ code: 'FORBIDDEN' });
    expect(await run(manager, 'unarchiveProject', { id: archived }, 'project { archivedAt }')).toEqual({
      project: { archivedAt: null },
    });
    expect(await list()).toEqual([archived, kept]);
    expect(await run(manager, 'unarchiveProject', { id: archived })).toEqual({ lastEventId: null });
  });
});
