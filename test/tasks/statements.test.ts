import { beforeAll, describe, expect, it } from 'vitest';
import { uuidv7 } from '../../src/lib/ids.ts';
import { timeEntries } from '../../src/modules/time/tables.ts';
import { createMilestone, setTask } from '../milestones/support.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { seedProject, seedTasks } from './support.ts';

interface Page {
  nodes: { id: string }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

describe('reading in one statement', async () => {
  const server = await world();
  let company: Company;
  let manager: Member;
  let project: string;
  let tasks: string[];
  beforeAll(async () => {
    company = await server.company();
    manager = await company.as('MANAGER');
    project = await seedProject(company, { name: 'First' });
    await seedProject(company, { name: 'Second' });
    tasks = await seedTasks(company, project, 6);
    const entry = { projectId: project, profileId: manager.profileId, workDate: '2026-06-01', hours: '1.50' };
    await company.world.app.binding.write(company.tenant, async (tx) => {
      await tx.insert(timeEntries).values(tasks.map((taskId) => ({ ...entry, id: uuidv7(), taskId })));
    });
    await manager.ok('mutation ($input: UpdateTaskInput!) { updateTask(input: $input) { task { id } } }', {
      input: { id: `Task:${tasks[0]}`, assigneeId: `Profile:${manager.profileId}`, priority: 'URGENT' },
    });
  });

  it('goes three levels deep, with filters and counts, whatever the row counts', async () => {
    const { data, errors, statements } = await manager.graphql(`{
      projects(orderBy: [{ field: NAME }]) {
        nodes {
          name
          tasks(where: { priority: { in: [HIGH, URGENT] } }, orderBy: [{ field: PRIORITY, direction: DESC }, { field: POSITION }], first: 2) {
            totalCount
            nodes {
              priority
              assignee { firstName }
              timeEntries(where: { hours: { gt: "1" } }) { totalCount nodes { hours profile { firstName } } }
            }
          }
        }
      }
    }`);
    expect(errors).toEqual([]);
    const entries = { totalCount: 1, nodes: [{ hours: '1.5', profile: { firstName: 'Manager' } }] };
    expect(data.projects.nodes).toEqual([
      {
        name: 'First',
        tasks: {
          totalCount: 3,
          nodes: [
            { priority: 'URGENT', assignee: expect.anything(), timeEntries: entries },
            { priority: 'URGENT', assignee: null, timeEntries: entries },
          ],
        },
      },
      { name: 'Second', tasks: { totalCount: 0, nodes: [] } },
    ]);
    expect(statements.length).toBe(1);
  });

  it('reads a board with the people and milestones of its cards', async () => {
    const milestoneId = await createMilestone(manager, { projectId: `Project:${project}`, name: 'Beta' });
    await manager.ok(setTask, { milestoneId, taskId: `Task:${tasks[1]}` });
    const { data, statements } = await manager.graphql(
      `query ($id: ID!) {
        node(id: $id) {
          ... on Project {
            tasks(first: 100, orderBy: [{ field: STATUS }, { field: POSITION }]) {
              totalCount
              nodes {
                id name status position
                assignee { firstName avatarUrl }
                milestones(first: 1) { nodes { name } }
                checklist { totalCount }
                comments { totalCount }
              }
            }
          }
        }
      }`,
      { id: `Project:${project}` },
    );
    expect(data.node.tasks.nodes.map(({ id }: { id: string }) => id)).toEqual(tasks.map((id) => `Task:${id}`));
    expect(data.node.tasks.nodes[1]).toMatchObject({
      milestones: { nodes: [{ name: 'Beta' }] },
      checklist: { totalCount: 0 },
    });
    expect(statements.length).toBe(1);
  });

  it('pages through a board without losing or repeating a card', async () => {
    const page = (after: string | null) =>
      manager.ok(
        `query ($id: ID!, $after: String) {
          node(id: $id) {
            ... on Project {
              tasks(first: 2, after: $after, orderBy: [{ field: PRIORITY, direction: DESC }, { field: POSITION }]) {
                nodes { id }
                pageInfo { hasNextPage endCursor }
              }
            }
          }
        }`,
        { id: `Project:${project}`, after },
      );
    const ids: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const { nodes, pageInfo }: Page = (await page(after)).node.tasks;
      ids.push(...nodes.map(({ id }) => id));
      ({ endCursor: after, hasNextPage: more } = pageInfo);
    }
    expect(ids.toSorted()).toEqual(tasks.map((id) => `Task:${id}`).toSorted());
  });

  it('moves a card in a bounded number of statements', async () => {
    const { statements } = await manager.graphql(
      'mutation ($id: ID!, $after: ID) { moveTask(input: { id: $id, afterId: $after }) { task { position } } }',
      { id: `Task:${tasks[5]}`, after: `Task:${tasks[2]}` },
    );
    expect(statements.length).toBeLessThanOrEqual(8);
  });
});
