import './bulk-mutations.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { settledLog } from '../events/support.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { createTask, seedProject } from '../tasks/support.ts';

const results = 'results { index id code field message }';
const createIncidents = `mutation ($input: CreateIncidentsInput!) {
  createIncidents(input: $input) { incidents { title reporter { id } } ${results} }
}`;
const updateIncidents = `mutation ($input: UpdateIncidentsInput!) {
  updateIncidents(input: $input) { incidents { title version } ${results} }
}`;
const createItems = `mutation ($input: CreateChecklistItemsInput!) {
  createChecklistItems(input: $input) { checklistItems { name } ${results} }
}`;
const updateItems = `mutation ($input: UpdateChecklistItemsInput!) {
  updateChecklistItems(input: $input) { checklistItems { name } ${results} }
}`;
const listIncidents = `query ($project: ID!) {
  incidents(where: { projectId: { eq: $project } }, orderBy: [{ field: TITLE }]) { nodes { id title } }
}`;

describe('the option bulk', async () => {
  const server = await world();
  let company: Company;
  let manager: Member;
  let projectId: string;
  beforeAll(async () => {
    company = await server.company();
    manager = await company.as('MANAGER');
  });

  const newProject = async () => {
    projectId = `Project:${await seedProject(company)}`;
    return projectId;
  };
  const titles = async (project = projectId) =>
    (await manager.ok(listIncidents, { project })).incidents.nodes.map(({ title }: { title: string }) => title);
  const report = async (member: Member, ...given: string[]): Promise<string[]> => {
    const incidents = given.map((title) => ({ projectId, title }));
    const { createIncidents: made } = await member.ok(createIncidents, { input: { incidents } });
    return made.results.map(({ id }: { id: string }) => id);
  };

  it('creates rows in order as single creations do, with the hook and an event for each', async () => {
    const project = await newProject();
    const incidents = ['b', 'a'].map((title) => ({ projectId: project, title }));
    const { createIncidents: made } = await manager.ok(createIncidents, { input: { incidents } });
    const reporter = { id: `Profile:${manager.profileId}` };
    expect(made.incidents).toEqual([
      { title: 'b', reporter },
      { title: 'a', reporter },
    ]);
    await settledLog(company);
    const read = 'query ($id: ID!) { events(where: { resource: $id }) { nodes { action } } }';
    for (const { id } of made.results) {
      expect((await manager.ok(read, { id })).events.nodes).toEqual([{ action: 'incident.created' }]);
    }
  });

  it('keeps nothing if a row fails, and lists every failure with its argument', async () => {
    const project = await newProject();
    const incidents = [
      { projectId: project, title: 'good' },
      { projectId: project, title: '  ' },
      { projectId: 'Project:00000000-0000-7000-8000-000000000000', title: 'no project' },
    ];
    const { errors } = await manager.graphql(createIncidents, { input: { incidents } });
    const failures = [
      { index: 1, code: 'BAD_INPUT', field: 'input.incidents.1.title' },
      { index: 2, code: 'NOT_FOUND', field: 'input.incidents.2.projectId' },
    ];
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_INPUT', field: 'input.incidents.1.title', failures } }]);
    expect(await titles()).toEqual([]);
  });

  it('keeps the good rows under REJECT_FAILED_ROWS', async () => {
    const project = await newProject();
    const keys = ['K-1', 'K-1', 'K-2'];
    const incidents = keys.map((externalReference, i) => ({ projectId: project, title: `${i}`, externalReference }));
    const input = { incidents, errorPolicy: 'REJECT_FAILED_ROWS' };
    const { createIncidents: made } = await manager.ok(createIncidents, { input });
    expect(made.results).toMatchObject([
      { code: null },
      { id: null, code: 'ALREADY_EXISTS', field: 'input.incidents.1.externalReference' },
      { code: null },
    ]);
    expect(await titles()).toEqual(['0', '2']);
  });

  it('changes rows, found by id or by external reference, each by its expected version', async () => {
    await newProject();
    const [first, second] = await report(manager, 'first', 'second');
    const third = { projectId, title: 'third', externalReference: `R-${projectId}` };
    await manager.ok(createIncidents, { input: { incidents: [third] } });
    const incidents = [
      { id: first, title: 'FIRST', expectedVersion: 1 },
      { id: second, title: 'SECOND', expectedVersion: 7 },
      { id: `Incident:ref:${third.externalReference}`, title: 'THIRD' },
      { id: 'Incident:ref:none', title: 'FOURTH' },
    ];
    const { updateIncidents: changed } = await manager.ok(updateIncidents, {
      input: { incidents, errorPolicy: 'REJECT_FAILED_ROWS' },
    });
    expect(changed.incidents).toEqual([
      { title: 'FIRST', version: 2 },
      { title: 'THIRD', version: 2 },
    ]);
    expect(changed.results).toMatchObject([
      { code: null },
      { code: 'STALE_VERSION', field: 'input.incidents.1.expectedVersion' },
      { code: null },
      { code: 'NOT_FOUND', field: 'input.incidents.3.id' },
    ]);
    expect(await titles()).toEqual(['FIRST', 'second', 'THIRD']);
  });

  it('checks for each row whether the viewer may write it', async () => {
    await newProject();
    const member = await company.as('MEMBER');
    const viewer = await company.as('CLIENT');
    const [own] = await report(member, 'mine');
    const [other] = await report(manager, 'yours');
    const incidents = [own, other].map((id) => ({ id, title: 'changed' }));
    const input = { incidents, errorPolicy: 'REJECT_FAILED_ROWS' };
    const { updateIncidents: changed } = await member.ok(updateIncidents, { input });
    expect(changed.results).toMatchObject([{ code: null }, { code: 'FORBIDDEN' }]);
    const refused = await viewer.graphql(createIncidents, { input: { incidents: [{ projectId, title: 'x' }] } });
    expect(refused.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    const hidden = await viewer.graphql(updateIncidents, { input });
    expect(hidden.data.updateIncidents.results).toMatchObject([{ code: 'NOT_FOUND' }, { code: 'NOT_FOUND' }]);
  });

  it('accepts 1 to the declared number of rows, and checks that before it reads one', async () => {
    const incidents = Array.from({ length: 5 }, (_, i) => ({ projectId, title: `${i}` }));
    for (const given of [[], incidents]) {
      const { errors, statements } = await manager.graphql(createIncidents, { input: { incidents: given } });
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_INPUT', field: 'input.incidents' } }]);
      expect(statements).toEqual([]);
    }
  });

  it('locks parents, then rows, by one statement each and in the order of ids', async () => {
    await newProject();
    const taskIds = [
      await createTask(manager, { projectId, name: 'A' }),
      await createTask(manager, { projectId, name: 'B' }),
    ];
    const made = await manager.graphql(createItems, {
      input: { checklistItems: taskIds.toReversed().map((taskId) => ({ taskId, name: 'step' })) },
    });
    expect(made.errors).toEqual([]);
    const locks = (statements: string[]) => statements.filter((text) => /order by .* for no key update/.test(text));
    expect(locks(made.statements)).toEqual([expect.stringMatching(/from "tasks" where .* order by "tasks"\."id"/)]);
    const items = made.data.createChecklistItems.results.map(({ id }: { id: string }) => ({ id, name: 'done' }));
    const changed = await manager.graphql(updateItems, { input: { checklistItems: items } });
    expect(changed.data.updateChecklistItems.checklistItems).toEqual([{ name: 'done' }, { name: 'done' }]);
    expect(locks(changed.statements)).toEqual([
      expect.stringMatching(/from "tasks" where .* order by "tasks"\."id"/),
      expect.stringMatching(/from "checklist_items" where .* order by "checklist_items"\."id"/),
    ]);
  });

  it('never deadlocks, even with opposite orders', async () => {
    await newProject();
    const ids = await report(manager, 'a', 'b', 'c');
    const rename = (order: string[], title: string) =>
      manager.graphql(updateIncidents, { input: { incidents: order.map((id) => ({ id, title })) } });
    const rounds = Array.from({ length: 5 }, () => [rename(ids, 'x'), rename(ids.toReversed(), 'y')]).flat();
    for (const { errors } of await Promise.all(rounds)) expect(errors).toEqual([]);
  });
});
