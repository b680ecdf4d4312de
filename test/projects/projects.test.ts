import { describe, expect, it } from 'vitest';
import { type Member, world } from '../support/world.ts';
import { createClient, createPart, createProfile, createProject } from './support.ts';

const server = await world();
const newManager = async () => (await server.company()).as('MANAGER');

const create = `mutation ($input: CreateProjectInput!) {
  createProject(input: $input) { project { id name code status version client { name } manager { id } } lastEventId }
}`;
const update = `mutation ($input: UpdateProjectInput!) {
  updateProject(input: $input) { project { name code status expectedEndDate version } lastEventId }
}`;
const remove = 'mutation ($input: DeleteProjectInput!) { deleteProject(input: $input) { deletedId } }';
const refused = async (who: Member, mutation: string, input: object) =>
  (await who.graphql(mutation, { input })).errors[0]?.extensions;

describe('a project', () => {
  it('gets the organization’s next code, unless one is given', async () => {
    const manager = await newManager();
    const clientId = await createClient(manager);
    const input = { clientId, startDate: '2026-03-09' };
    const codes: string[] = [];
    for (const [name, code] of [['A'], ['B', 'PRJ-0003'], ['C'], ['D'], ['E']]) {
      const { createProject } = await manager.ok(create, { input: { ...input, name, code } });
      codes.push(createProject.project.code);
    }
    expect(codes).toEqual(['PRJ-0001', 'PRJ-0003', 'PRJ-0002', 'PRJ-0004', 'PRJ-0005']);
  });

  it('has a name, a code and an external reference of its own', async () => {
    const manager = await newManager();
    const clientId = await createClient(manager);
    const given = { clientId, startDate: '2026-01-01', name: 'Apollo', code: 'AP', externalReference: 'x' };
    await manager.ok(create, { input: given });
    for (const field of ['name', 'code', 'externalReference'] as const) {
      const input = { ...given, name: 'Other', code: 'OT', externalReference: 'y', [field]: given[field] };
      expect(await refused(manager, create, input)).toMatchObject({ code: 'ALREADY_EXISTS', field: `input.${field}` });
      const id = await createProject(manager, { clientId });
      const extensions = await refused(manager, update, { id, [field]: given[field] });
      expect(extensions).toMatchObject({ code: 'ALREADY_EXISTS', field: `input.${field}` });
    }
  });

  it('needs its days in order', async () => {
    const manager = await newManager();
    const clientId = await createClient(manager);
    const input = { clientId, name: 'X', startDate: '2026-02-01', expectedEndDate: '2026-01-31' };
    const wrong = { code: 'BAD_INPUT', field: 'input.expectedEndDate' };
    expect(await refused(manager, create, input)).toMatchObject(wrong);
    const id = await createProject(manager, { clientId, startDate: '2026-02-01', expectedEndDate: '2026-02-01' });
    expect(await refused(manager, update, { id, startDate: '2026-02-02' })).toMatchObject(wrong);
    const moved = { id, startDate: '2026-02-02', expectedEndDate: null };
    expect((await manager.ok(update, { input: moved })).updateProject.project.expectedEndDate).toBeNull();
  });

  it('refers to existing objects', async () => {
    const manager = await newManager();
    const clientId = await createClient(manager);
    const gone = '01890000-0000-7000-8000-000000000000';
    const input = { clientId, name: 'X', startDate: '2026-02-01' };
    const noClient = await refused(manager, create, { ...input, clientId: `Client:${gone}` });
    expect(noClient).toMatchObject({ code: 'NOT_FOUND', field: 'input.clientId' });
    const noManager = await refused(manager, create, { ...input, managerId: `Profile:${gone}` });
    expect(noManager).toMatchObject({ code: 'NOT_FOUND', field: 'input.managerId' });
    expect(await refused(manager, update, { id: `Project:${gone}` })).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('accepts one of two changes with the same version', async () => {
    const manager = await newManager();
    const id = await createProject(manager);
    const inputs = ['SUSPENDED', 'COMPLETED'].map((status) => ({ id, status, expectedVersion: 1 }));
    const codes = await Promise.all(inputs.map(async (input) => (await refused(manager, update, input))?.code));
    expect(codes.sort()).toEqual(['STALE_VERSION', undefined]);
  });

  it('is deleted with its parts, which needs project:delete', async () => {
    const manager = await newManager();
    const projectId = await createProject(manager);
    const phase = await createPart(manager, 'ProjectPhase', { projectId, name: 'Start' });
    const incident = await createPart(manager, 'Incident', { projectId, title: 'Fire' });
    const colleague = await manager.company.as('MEMBER');
    expect(await refused(colleague, remove, { id: projectId })).toMatchObject({ code: 'FORBIDDEN' });
    await manager.ok(remove, { input: { id: projectId } });
    const ids = [projectId, phase, incident];
    expect((await manager.ok('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids })).nodes).toEqual([
      null,
      null,
      null,
    ]);
    expect(await refused(manager, remove, { id: projectId })).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('projects', () => {
  it('are read three levels deep, with all their parts, by one statement', async () => {
    const manager = await newManager();
    const profileId = await createProfile(manager, { firstName: 'Ada' });
    const projectId = await createProject(manager, { name: 'Apollo', managerId: profileId });
    await createPart(manager, 'ProjectPhase', { projectId, name: 'One' });
    await createPart(manager, 'ProjectPhase', { projectId, name: 'Zero', position: 0 });
    await createPart(manager, 'ProjectPhase', { projectId, name: 'Two' });
    await createPart(manager, 'ProjectAssignment', { projectId, profileId, allocationPercent: 50, saleRate: 700.5 });
    await createPart(manager, 'Deliverable', { projectId, name: 'Report' });
    await createPart(manager, 'Incident', { projectId, title: 'Fire', severity: 'CRITICAL' });
    const answer = await manager.graphql(`{
      projects(where: { assignments: { profile: { firstName: { eq: "Ada" } } } }) {
        nodes {
          name
          client { name projects { totalCount } }
          manager { fullName managedProjects { nodes { name } } }
          phases { nodes { name position } }
          assignments { totalCount nodes { allocationPercent saleRate { amount currency } profile { fullName assignments { totalCount } } } }
          deliverables(where: { status: { eq: DRAFT } }) { nodes { name project { name } } }
          incidents { nodes { title severity reporter { id } } }
        }
      }
    }`);
    expect([answer.errors, answer.statements.length]).toEqual([[], 1]);
    expect(answer.data.projects.nodes).toEqual([
      {
        name: 'Apollo',
        client: { name: 'Initech', projects: { totalCount: 1 } },
        manager: { fullName: 'Ada', managedProjects: { nodes: [{ name: 'Apollo' }] } },
        phases: {
          nodes: [
            { name: 'One', position: 0 },
            { name: 'Zero', position: 0 },
            { name: 'Two', position: 1 },
          ],
        },
        assignments: {
          totalCount: 1,
          nodes: [
            {
              allocationPercent: 50,
              saleRate: { amount: '700.5', currency: 'EUR' },
              profile: { fullName: 'Ada', assignments: { totalCount: 1 } },
            },
          ],
        },
        deliverables: { nodes: [{ name: 'Report', project: { name: 'Apollo' } }] },
        incidents: {
          nodes: [{ title: 'Fire', severity: 'CRITICAL', reporter: { id: `Profile:${manager.profileId}` } }],
        },
      },
    ]);
  });

  it.each(['NAME', 'EXPECTED_END_DATE', 'CREATED_AT'])('page by %s forward and backward', async (field) => {
    const manager = await newManager();
    const clientId = await createClient(manager);
    for (const expectedEndDate of [null, '2026-06-01', '2026-05-01', null, '2026-06-01'])
      await createProject(manager, { clientId, expectedEndDate });
    const page = `query ($after: String, $before: String, $first: Int, $last: Int) {
      projects(after: $after, before: $before, first: $first, last: $last, orderBy: [{ field: ${field} }]) {
        nodes { id } pageInfo { startCursor endCursor hasNextPage hasPreviousPage }
      }
    }`;
    const ids = (projects: { nodes: { id: string }[] }) => projects.nodes.map(({ id }) => id);
    const all = ids((await manager.ok(page)).projects);
    const one = (await manager.ok(page, { first: 2 })).projects;
    const two = (await manager.ok(page, { first: 2, after: one.pageInfo.endCursor })).projects;
    const three = (await manager.ok(page, { first: 2, after: two.pageInfo.endCursor })).projects;
    expect([...ids(one), ...ids(two), ...ids(three)]).toEqual(all);
    expect([two.pageInfo.hasNextPage, three.pageInfo.hasNextPage]).toEqual([true, false]);
    const back = (await manager.ok(page, { last: 2, before: three.pageInfo.startCursor })).projects;
    expect(ids(back)).toEqual(ids(two));
  });
});

describe('visibility of projects', async () => {
  const company = await server.company();
  const [manager, colleague, client] = [
    await company.as('MANAGER'),
    await company.as('MEMBER'),
    await company.as('CLIENT'),
  ];
  const profileId = `Profile:${colleague.profileId}`;
  const contactId = `Profile:${client.profileId}`;
  const clientId = await createClient(manager, { contactId });
  const projectId = await createProject(manager, { name: 'Shared', clientId });
  const hiddenId = await createProject(manager, { name: 'Hidden' });
  for (const id of [projectId, hiddenId]) {
    await createPart(manager, 'ProjectPhase', { projectId: id, name: 'Phase' });
    await createPart(manager, 'ProjectAssignment', { projectId: id, profileId, allocationPercent: 10, saleRate: '1' });
    await createPart(manager, 'Deliverable', { projectId: id, name: 'Report' });
    await createPart(manager, 'Incident', { projectId: id, title: 'Fire' });
  }

  const counts = `{
    projects { totalCount } projectPhases { totalCount } projectAssignments { totalCount }
    deliverables { totalCount }
  }`;
  const expected = (parts: number) => ({
    projects: { totalCount: parts },
    projectPhases: { totalCount: parts },
    projectAssignments: { totalCount: parts },
    deliverables: { totalCount: parts },
  });

  it('members see all of it', async () => {
    expect(await colleague.ok(counts)).toEqual(expected(2));
    expect(await colleague.ok('{ incidents { totalCount } }')).toEqual({ incidents: { totalCount: 2 } });
  });

  it('a CLIENT sees the projects of its clients with their parts, and no incident', async () => {
    expect(await client.ok(counts)).toEqual(expected(1));
    expect((await client.graphql('{ incidents { totalCount } }')).errors[0]?.extensions.code).toBe('FORBIDDEN');
    const nested = await client.ok(`{
      projects { nodes { name incidents { totalCount nodes { id } } assignments { nodes { profile { firstName } } } } }
      hidden: node(id: "${hiddenId}") { id }
      byIncident: projects(where: { incidents: { title: { eq: "Fire" } } }) { totalCount }
    }`);
    const assignments = { nodes: [{ profile: { firstName: 'Member' } }] };
    expect(nested).toEqual({
      projects: { nodes: [{ name: 'Shared', incidents: { totalCount: 0, nodes: [] }, assignments }] },
      hidden: null,
      byIncident: { totalCount: 0 },
    });
  });

  it('rates need cost:read', async () => {
    const rates = '{ projectAssignments { nodes { saleRate { amount } } } }';
    for (const who of [colleague, client]) {
      const { data, errors } = await who.graphql(rates);
      expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
      expect(JSON.stringify(data)).not.toContain('amount');
    }
    expect((await manager.ok(rates)).projectAssignments.nodes).toHaveLength(2);
  });
});
