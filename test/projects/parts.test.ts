import { describe, expect, it } from 'vitest';
import { type Member, world } from '../support/world.ts';
import { createPart, createProject } from './support.ts';

const server = await world();
const company = await server.company();
const [manager, colleague] = [await company.as('MANAGER'), await company.as('MEMBER')];
const projectId = await createProject(manager);

/** Runs `mutation(input)` and gives what it made of the part, or the code and field that it was refused with. */
async function run(who: Member, mutation: string, selection: string, input: object) {
  const title = mutation[0]!.toUpperCase() + mutation.slice(1);
  const { data, errors } = await who.graphql(
    `mutation ($input: ${title}Input!) { done: ${mutation}(input: $input) { ${selection} } }`,
    { input },
  );
  const [error] = errors;
  return error ? { code: error.extensions.code, field: error.extensions.field } : Object.values(data.done)[0];
}

describe('a phase', () => {
  const fields = 'projectPhase { name position startDate endDate version }';

  it('is added after the others, and can be moved', async () => {
    const first = await createPart(manager, 'ProjectPhase', { projectId, name: 'First', startDate: '2026-01-01' });
    const second = await createPart(manager, 'ProjectPhase', { projectId, name: 'Second' });
    const moved = await run(manager, 'updateProjectPhase', fields, { id: second, position: 7, endDate: '2026-02-01' });
    const expected = { name: 'Second', position: 7, startDate: null, endDate: '2026-02-01', version: 2 };
    expect(moved).toEqual(expected);
    expect(await run(manager, 'createProjectPhase', fields, { projectId, name: 'Third' })).toMatchObject({
      position: 8,
    });
    const wrong = await run(manager, 'updateProjectPhase', fields, { id: first, endDate: '2025-12-31' });
    expect(wrong).toEqual({ code: 'BAD_INPUT', field: 'input.endDate' });
    expect(await run(manager, 'deleteProjectPhase', 'deletedId', { id: first })).toBe(first);
    expect(await run(manager, 'deleteProjectPhase', 'deletedId', { id: first })).toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('a deliverable', () => {
  const fields = 'deliverable { status submittedAt decidedAt decisionNote version }';
  const go = (id: string, status: string, note?: string) =>
    run(manager, 'changeDeliverableStatus', fields, { id, status, note });

  it('is submitted, rejected, submitted again and accepted, and then cannot change', async () => {
    const id = await createPart(manager, 'Deliverable', { projectId, name: 'Report' });
    expect(await go(id, 'ACCEPTED')).toEqual({ code: 'INVALID_STATE', field: 'input.status' });
    const at = expect.stringMatching(/^20/);
    const none = { decidedAt: null, decisionNote: null };
    expect(await go(id, 'SUBMITTED')).toEqual({ status: 'SUBMITTED', submittedAt: at, ...none, version: 2 });
    expect(await go(id, 'REJECTED', 'too short')).toMatchObject({ decidedAt: at, decisionNote: 'too short' });
    expect(await go(id, 'SUBMITTED')).toMatchObject({ status: 'SUBMITTED', ...none });
    expect(await go(id, 'ACCEPTED')).toMatchObject({ status: 'ACCEPTED', decidedAt: at });
    expect(await go(id, 'DRAFT')).toMatchObject({ code: 'INVALID_STATE' });
    const rename = (input: object) => run(manager, 'updateDeliverable', 'deliverable { name }', { id, ...input });
    expect(await rename({ name: 'Other' })).toEqual({ code: 'INVALID_STATE', field: 'input.id' });
    expect(await rename({ externalReference: 'd-1' })).toEqual({ name: 'Report' });
  });

  it('takes one of two concurrent steps', async () => {
    const id = await createPart(manager, 'Deliverable', { projectId, name: 'Race' });
    await go(id, 'SUBMITTED');
    const answers = await Promise.all([go(id, 'ACCEPTED'), go(id, 'REJECTED', 'No')]);
    const refused = answers.filter((answer) => (answer as { code?: string }).code === 'INVALID_STATE');
    // Accepted first, nothing follows; rejected first, it would have to be submitted again
    expect(refused).toHaveLength(1);
  });

  it('needs project:write', async () => {
    const id = await createPart(manager, 'Deliverable', { projectId, name: 'Guarded' });
    const input = { id, status: 'SUBMITTED' };
    const refused = await run(colleague, 'changeDeliverableStatus', fields, input);
    expect(refused).toMatchObject({ code: 'FORBIDDEN' });
    expect(await run(manager, 'deleteDeliverable', 'deletedId', { id })).toBe(id);
  });
});

describe('an incident', () => {
  const fields = 'incident { title severity status resolvedAt resolution reporter { id } version }';

  it('is reported by people of the project, and resolved by them or its manager', async () => {
    const id = await createPart(colleague, 'Incident', { projectId, title: 'Fire' });
    const reporter = { id: `Profile:${colleague.profileId}` };
    const open = { title: 'Fire', severity: 'MEDIUM', status: 'OPEN', resolvedAt: null, resolution: null, reporter };
    const grave = await run(colleague, 'updateIncident', fields, { id, severity: 'HIGH' });
    expect(grave).toEqual({ ...open, severity: 'HIGH', version: 2 });
    const resolved = await run(manager, 'resolveIncident', fields, { id, resolution: 'Water' });
    expect(resolved).toMatchObject({ status: 'RESOLVED', resolution: 'Water', resolvedAt: expect.any(String) });
    expect(await run(colleague, 'resolveIncident', fields, { id })).toMatchObject({ code: 'INVALID_STATE' });
    const reopened = await run(colleague, 'reopenIncident', fields, { id });
    expect(reopened).toEqual({ ...open, severity: 'HIGH', version: 4 });
  });

  it('is ordered by severity, not by its name', async () => {
    const project = await createProject(manager);
    for (const severity of ['LOW', 'CRITICAL', 'HIGH', 'MEDIUM'])
      await createPart(manager, 'Incident', { projectId: project, title: severity, severity });
    const { incidents } = await manager.ok(
      `query ($project: ID!) {
        incidents(where: { projectId: { eq: $project } }, orderBy: [{ field: SEVERITY, direction: DESC }]) { nodes { title } }
      }`,
      { project },
    );
    const titles = incidents.nodes.map(({ title }: { title: string }) => title);
    expect(titles).toEqual(['CRITICAL', 'HIGH', 'MEDIUM', 'LOW']);
  });

  it('can be changed by its reporter only', async () => {
    const id = await createPart(manager, 'Incident', { projectId, title: 'Theirs' });
    expect(await run(colleague, 'updateIncident', fields, { id, title: 'Mine' })).toMatchObject({ code: 'FORBIDDEN' });
    expect(await run(colleague, 'deleteIncident', 'deletedId', { id })).toMatchObject({ code: 'FORBIDDEN' });
    expect(await run(manager, 'deleteIncident', 'deletedId', { id })).toBe(id);
  });

  it('does not exist for a CLIENT', async () => {
    const id = await createPart(manager, 'Incident', { projectId, title: 'Secret' });
    const client = await company.as('CLIENT');
    expect(await run(client, 'updateIncident', fields, { id, title: 'X' })).toMatchObject({ code: 'NOT_FOUND' });
    expect(await run(client, 'createIncident', fields, { projectId, title: 'X' })).toMatchObject({ code: 'FORBIDDEN' });
  });
});
