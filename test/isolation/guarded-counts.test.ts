import { expect, it } from 'vitest';
import { world } from '../support/world.ts';

const here = await world();
const acme = await here.company();
const manager = await acme.as('MANAGER');
const client = await acme.as('CLIENT');
const hidden = await acme.member('MEMBER', { lastName: 'Hidden' });

const idOf = (profileId: string) => `Profile:${profileId}`;
const create = async (name: string, input: object, selection: string): Promise<string> => {
  const title = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const data = await manager.ok(
    `mutation ($input: ${title}!) { ${name}(input: $input) { made: ${selection} { id } } }`,
    {
      input,
    },
  );
  return data[name].made.id;
};
const clientId = await create('createClient', { name: 'Theirs', contactId: idOf(client.profileId) }, 'client');
const projectId = await create('createProject', { name: 'Seen', clientId, startDate: '2026-01-05' }, 'project');
await create('createIncident', { projectId, title: 'Hidden', severity: 'LOW' }, 'incident');
// The assignee of the task is none of the people whom the CLIENT may see
await create('createTask', { name: 'Seen', projectId, assigneeId: idOf(hidden.profileId) }, 'task');

const nested = `query ($where: TaskFilter) {
  projects { nodes { tasks(where: $where) { totalCount nodes { name } } } }
  tasks(where: $where) { totalCount nodes { name } }
}`;
const countsOf = async (member: typeof client, where: object) => {
  const { projects, tasks } = await member.ok(nested, { where });
  const inProject = projects.nodes[0].tasks;
  return [tasks.totalCount, tasks.nodes.length, inProject.totalCount, inProject.nodes.length];
};

it.each([
  ['by a hidden person', { assignee: { lastName: { eq: 'Hidden' } } }],
  ['by a part of a name', { assignee: { lastName: { startsWith: 'Hid' } } }],
  ['inside or', { or: [{ assignee: { lastName: { eq: 'Hidden' } } }] }],
  ['twice negated', { not: { not: { assignee: { lastName: { eq: 'Hidden' } } } } }],
  ['by way of the project', { project: { incidents: { title: { eq: 'Hidden' } } } }],
])('a filter %s counts nothing for a CLIENT, on any path', async (_name, where) => {
  expect(await countsOf(manager, where)).toEqual([1, 1, 1, 1]);
  expect(await countsOf(client, where)).toEqual([0, 0, 0, 0]);
});

it('visible rows are counted alike on every path', async () => {
  expect(await countsOf(client, { project: { name: { eq: 'Seen' } } })).toEqual([1, 1, 1, 1]);
  expect(await countsOf(client, { not: { assignee: { lastName: { eq: 'Hidden' } } } })).toEqual([1, 1, 1, 1]);
});
