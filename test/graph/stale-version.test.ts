import { isObjectType } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { roles } from '../../src/identity/roles.ts';
import { schema } from '../../src/schema.ts';
import { type Company, type Member, world } from '../support/world.ts';

const here = await world();
let acme: Company;
let manager: Member;
let member: Member;
let clientId: string;
let projectId: string;
let taskId: string;

const made = async (name: string, input: object, selection: string): Promise<string> => {
  const title = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const document = `mutation ($input: ${title}!) { ${name}(input: $input) { made: ${selection} { id } } }`;
  return (await manager.ok(document, { input }))[name].made.id;
};

const currentOf = async (who: Member, name: string, id: string) => {
  const title = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const document = `mutation ($input: ${title}!) { ${name}(input: $input) { lastEventId } }`;
  const { errors } = await who.graphql(document, { input: { id, expectedVersion: 99 } });
  expect(errors[0]?.extensions).toMatchObject({ code: 'STALE_VERSION', field: 'input.expectedVersion' });
  return errors[0]!.extensions.current as Record<string, unknown>;
};

beforeAll(async () => {
  acme = await here.company();
  manager = await acme.as('MANAGER');
  member = await acme.as('MEMBER');
  clientId = await made('createClient', { name: 'Theirs' }, 'client');
  projectId = await made('createProject', { name: 'Mill', clientId, startDate: '2026-01-05' }, 'project');
  taskId = await made('createTask', { name: 'Grind', projectId, estimateDays: '1.50' }, 'task');
});

/** Every text of the answer that looks like an id of a row. */
const bareIds = (value: unknown): string[] =>
  [...JSON.stringify(value).matchAll(/"([0-9a-f]{8}-[0-9a-f-]{27})"/g)].map(([, id]) => id!);

describe('what STALE_VERSION shows as current', () => {
  it('is a task by the names and ids of the graph', async () => {
    const current = await currentOf(manager, 'updateTask', taskId);
    expect(current).toMatchObject({
      id: taskId,
      name: 'Grind',
      estimateDays: '1.5',
      version: 1,
      project: { id: projectId },
      assignee: null,
    });
    expect(bareIds(current)).toEqual([]);
    const { Task } = schema.getTypeMap();
    for (const key of Object.keys(current)) expect(isObjectType(Task) && Task.getFields()).toHaveProperty(key);
  });

  it.each([
    ['updateProject', () => projectId],
    ['updateClient', () => clientId],
    ['updateProfile', () => `Profile:${manager.profileId}`],
  ])('contains no bare ids, ranks or accounts: %s', async (name, id) => {
    const current = await currentOf(await acme.as('ADMIN'), name, id());
    expect(bareIds(current)).toEqual([]);
    expect(Object.keys(current)).not.toEqual(expect.arrayContaining(['rank', 'userId', 'search']));
    expect(current).toMatchObject({ id: id(), version: expect.any(Number) });
  });

  it.each(roles)('is never empty for a type that a %s reads', async (role) => {
    const who = await acme.as(role);
    for (const [typename, id] of [
      ['Task', taskId],
      ['Project', projectId],
      ['Client', clientId],
    ] as const) {
      const { data } = await who.graphql('query ($id: ID!) { node(id: $id) { id } }', { id });
      if (!data?.node) continue;
      const name = `update${typename}`;
      const { errors } = await who.graphql(
        `mutation ($input: ${`Update${typename}`}Input!) { ${name}(input: $input) { lastEventId } }`,
        { input: { id, expectedVersion: 99 } },
      );
      const { code, current } = errors[0]!.extensions as { code: string; current?: object };
      if (code === 'STALE_VERSION') expect(current, typename).toHaveProperty('version');
      else expect(code).toBe('FORBIDDEN');
    }
  });

  it('is the object of the first stale row of a bulk change', async () => {
    const { errors } = await manager.graphql(
      'mutation ($input: UpdateTasksInput!) { updateTasks(input: $input) { lastEventId } }',
      { input: { tasks: [{ id: taskId, name: 'Sift', expectedVersion: 99 }] } },
    );
    expect(errors[0]?.extensions).toMatchObject({
      code: 'STALE_VERSION',
      field: 'input.tasks.0.expectedVersion',
      current: { id: taskId, name: 'Grind', version: 1 },
    });
  });

  it('is limited to what the viewer may see', async () => {
    const { node } = await member.ok('query ($id: ID!) { node(id: $id) { ... on Task { id name project { id } } } }', {
      id: taskId,
    });
    expect(await currentOf(member, 'updateTask', taskId)).toMatchObject(node);
  });
});
