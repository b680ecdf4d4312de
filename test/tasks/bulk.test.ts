import { beforeAll, describe, expect, it } from 'vitest';
import { type Company, type Member, world } from '../support/world.ts';
import { readBoard, seedProject, seedTasks } from './support.ts';

const createTasks = `mutation ($input: CreateTasksInput!) {
  createTasks(input: $input) { tasks { name } results { index id code field message } }
}`;
const updateTasks = `mutation ($input: UpdateTasksInput!) {
  updateTasks(input: $input) { tasks { id status } results { index id code field } }
}`;

describe('bulk changes', async () => {
  const server = await world();
  let company: Company;
  let manager: Member;
  beforeAll(async () => {
    company = await server.company();
    manager = await company.as('MANAGER');
  });

  const rowsOf = (projectId: string) => [
    { projectId, name: 'first' },
    { projectId, name: 'bad estimate', estimateDays: '-3' },
    { projectId, name: 'no such person', assigneeId: 'Profile:00000000-0000-7000-8000-000000000000' },
    { projectId, name: 'last' },
  ];

  it('keep the valid rows under REJECT_FAILED_ROWS, and say why the others failed', async () => {
    const projectId = `Project:${await seedProject(company)}`;
    const input = { tasks: rowsOf(projectId), errorPolicy: 'REJECT_FAILED_ROWS' };
    const { data, errors } = await manager.graphql(createTasks, { input });
    expect(errors).toEqual([]);
    expect(data.createTasks.results).toMatchObject([
      { index: 0, id: expect.stringMatching(/^Task:/), code: null, message: null },
      { index: 1, id: null, code: 'BAD_INPUT', field: 'input.tasks.1.estimateDays' },
      { index: 2, id: null, code: 'NOT_FOUND', field: 'input.tasks.2.assigneeId', message: 'Profile not found' },
      { index: 3, id: expect.stringMatching(/^Task:/), code: null },
    ]);
    const ids = data.createTasks.results.flatMap(({ id }: { id: string | null }) => id ?? []);
    expect(await readBoard(manager, projectId.slice(8))).toEqual({ TODO: ids });
  });

  it('keep nothing under REJECT_EVERYTHING, and list all failures', async () => {
    const project = await seedProject(company);
    const { errors } = await manager.graphql(createTasks, { input: { tasks: rowsOf(`Project:${project}`) } });
    expect(errors).toMatchObject([
      {
        extensions: {
          code: 'BAD_INPUT',
          field: 'input.tasks.1.estimateDays',
          failures: [{ index: 1 }, { index: 2, code: 'NOT_FOUND', field: 'input.tasks.2.assigneeId' }],
        },
      },
    ]);
    expect(await readBoard(manager, project)).toEqual({});
  });

  it('continue after a row that the database rejects', async () => {
    const projectId = `Project:${await seedProject(company)}`;
    const tasks = ['A-1', 'A-1', 'A-2'].map((externalReference, i) => ({ projectId, name: `${i}`, externalReference }));
    const { data } = await manager.graphql(createTasks, { input: { tasks, errorPolicy: 'REJECT_FAILED_ROWS' } });
    expect(data.createTasks.results).toMatchObject([
      { code: null },
      { code: 'ALREADY_EXISTS', field: 'input.tasks.1.externalReference' },
      { code: null },
    ]);
  });

  it('accept external references, looked up by one statement; an unknown one fails only its row', async () => {
    const projectId = `Project:${await seedProject(company)}`;
    const known = Array.from({ length: 5 }, (_, i) => ({ projectId, name: `${i}`, externalReference: `B-${i}` }));
    await manager.graphql(createTasks, { input: { tasks: known } });
    const rename = (reference: string) => ({ id: `Task:ref:${reference}`, name: 'Renamed' });
    const tasks = [...known.map(({ externalReference }) => rename(externalReference)), rename('B-none')];
    const input = { tasks, errorPolicy: 'REJECT_FAILED_ROWS' };
    const { data, statements } = await manager.graphql(updateTasks, { input });
    const codes = data.updateTasks.results.map(({ code }: { code: string }) => code);
    expect(codes).toEqual([null, null, null, null, null, 'NOT_FOUND']);
    expect(statements.filter((text) => /"external_reference" in/.test(text)).length).toBe(1);
  });

  it('change tasks, each with its own version', async () => {
    const project = await seedProject(company);
    const ids = (await seedTasks(company, project, 3)).map((id) => `Task:${id}`);
    const tasks = [
      { id: ids[0], status: 'DONE' },
      { id: ids[1], status: 'DONE', expectedVersion: 7 },
      { id: 'Task:00000000-0000-7000-8000-000000000000', name: 'x' },
      { id: ids[2], status: 'IN_REVIEW' },
    ];
    const { data } = await manager.graphql(updateTasks, { input: { tasks, errorPolicy: 'REJECT_FAILED_ROWS' } });
    expect(data.updateTasks.results.map(({ code }: { code: string }) => code)).toEqual([
      null,
      'STALE_VERSION',
      'NOT_FOUND',
      null,
    ]);
    expect(await readBoard(manager, project)).toEqual({ TODO: [ids[1]], IN_REVIEW: [ids[2]], DONE: [ids[0]] });
  });

  it('do not deadlock', async () => {
    const [one, two] = [await seedProject(company), await seedProject(company)];
    // Few, so that whoever waits for all the others is far from the limit for a lock, on a slow machine too
    const ids = [...(await seedTasks(company, one, 4)), ...(await seedTasks(company, two, 4))].map(
      (id) => `Task:${id}`,
    );
    const change = (order: string[], status: string) =>
      manager.graphql(updateTasks, { input: { tasks: order.map((id) => ({ id, status })) } });
    const all = await Promise.all([
      change(ids, 'DONE'),
      change(ids.toReversed(), 'IN_REVIEW'),
      change(ids, 'IN_PROGRESS'),
      change(ids.toReversed(), 'TODO'),
    ]);
    expect(all.flatMap(({ errors }) => errors)).toEqual([]);
  });

  it('have a maximum size', async () => {
    const { errors } = await manager.graphql(createTasks, { input: { tasks: [] } });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_INPUT', field: 'input.tasks' } }]);
  });
});
