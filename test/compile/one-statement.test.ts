import { describe, expect, it } from 'vitest';
import { uuidv7 } from '../../src/lib/ids.ts';
import { clients } from '../../src/modules/clients/tables.ts';
import { channelMembers, channels, messageReactions, messages } from '../../src/modules/messaging/tables.ts';
import { milestones, milestoneTasks } from '../../src/modules/milestones/tables.ts';
import { projects } from '../../src/modules/projects/tables.ts';
import { tasks } from '../../src/modules/tasks/tables.ts';
import { timeEntries } from '../../src/modules/time/tables.ts';
import { type Company, type Member, world } from '../support/world.ts';

const point = 'query ($project: ID!) { node(id: $project) { ... on Project { id code name status startDate } } }';

const board = `query ($project: ID!) {
  node(id: $project) {
    ... on Project {
      name
      tasks(first: 50, orderBy: [{ field: STATUS }, { field: POSITION }]) {
        nodes { id name assignee { firstName } milestones(first: 1) { nodes { name } } }
      }
    }
  }
}`;

const deep = `{
  projects(first: 20, orderBy: [{ field: CODE }]) {
    totalCount
    nodes {
      name
      client { name }
      milestones(first: 10) { nodes { name progress } }
      tasks(first: 10) {
        totalCount
        nodes { name assignee { firstName } timeEntries(last: 5) { nodes { workDate hours } } }
      }
    }
  }
}`;

const chat = `query ($channel: ID!) {
  node(id: $channel) {
    ... on Channel {
      name
      messages(last: 50) {
        edges { cursor node { content sender { firstName } reactions(first: 10) { nodes { emoji } } } }
        pageInfo { hasPreviousPage hasNextPage startCursor endCursor }
      }
    }
  }
}`;

const report = `{
  timeEntriesAggregate(groupBy: [PROJECT, MONTH], where: { workDate: { gte: "2023-01-01" } }) {
    keys { project { id name } month }
    sum
  }
}`;

/** So many rows of everything, under so many projects; answers what the operations take as variables. */
async function fill(company: Company, { profileId }: Member, count: number) {
  const ids = Array.from({ length: count }, () => uuidv7());
  const channelId = uuidv7();
  await company.world.app.binding.write(company.tenant, async (tx) => {
    const clientId = uuidv7();
    await tx.insert(clients).values({ id: clientId, name: 'Client' });
    const days = { startDate: '2024-01-01', dueDate: '2024-02-01' };
    for (const [n, id] of ids.entries()) {
      const name = `${n} of ${count}`;
      await tx.insert(projects).values({ id, clientId, name, code: name, startDate: days.startDate });
      await tx.insert(milestones).values({ id, projectId: id, name, ...days });
    }
    const [projectId] = ids as [string];
    for (const id of ids) {
      await tx.insert(tasks).values({ id, projectId, assigneeId: profileId, name: id, rank: id });
      await tx.insert(milestoneTasks).values({ id, milestoneId: id, taskId: id });
      const entry = { projectId, profileId, taskId: id, workDate: days.startDate, hours: '1.50' };
      await tx.insert(timeEntries).values({ id, ...entry });
    }
    await tx.insert(channels).values({ id: channelId, type: 'GROUP', name: 'Group' });
    await tx.insert(channelMembers).values({ id: channelId, channelId, profileId });
    for (const id of ids) {
      await tx.insert(messages).values({ id, channelId, senderId: profileId, content: id });
      await tx.insert(messageReactions).values({ id, messageId: id, profileId, emoji: ':ok:' });
    }
  });
  return { project: `Project:${ids[0]}`, channel: `Channel:${channelId}` };
}

describe('one statement, whatever the number of rows', async () => {
  const here = await world();

  it.each(Object.entries({ point, board, deep, chat, report }))('for %s', async (_name, query) => {
    const company = await here.company();
    const manager = await company.as('MANAGER');
    for (const count of [1, 30]) {
      const variables = await fill(company, manager, count);
      const { statements, errors } = await manager.graphql(query, variables);
      expect(errors).toEqual([]);
      expect(statements).toHaveLength(1);
      expect(statements[0]).toMatch(/^select/);
    }
  });
});
