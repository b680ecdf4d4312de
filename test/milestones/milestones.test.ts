import { beforeAll, describe, expect, it } from 'vitest';
import { dayIn, fromDayNumber, toDayNumber } from '../../src/lib/days.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { createTask, seedProject } from '../tasks/support.ts';
import { createMilestone, setTask } from './support.ts';

/** A day so many days from today, where the organization is. */
const inDays = (days: number): string => fromDayNumber(toDayNumber(dayIn('Europe/Paris')) + days);

describe('milestones', async () => {
  const server = await world();
  let company: Company;
  let manager: Member;
  let client: Member;
  let project: string;
  beforeAll(async () => {
    company = await server.company();
    [manager, client] = await Promise.all([company.as('MANAGER'), company.as('CLIENT')]);
    project = `Project:${await seedProject(company)}`;
  });

  const depend = (milestoneId: string, dependsOnId: string) =>
    manager.graphql(
      `mutation ($milestoneId: ID!, $dependsOnId: ID!) {
        addMilestoneDependency(input: { milestoneId: $milestoneId, dependsOnId: $dependsOnId }) {
          milestone { dependsOn { totalCount nodes { id } } }
        }
      }`,
      { milestoneId, dependsOnId },
    );

  it('are made, changed and deleted', async () => {
    const id = await createMilestone(manager, { projectId: project, name: 'Beta', externalReference: 'M-1' });
    const { updateMilestone } = await manager.ok(
      `mutation ($id: ID!) {
        updateMilestone(input: { id: $id, status: COMPLETED, dueDate: "2026-07-01", expectedVersion: 1 }) {
          milestone { name status dueDate completedAt version project { id } creator { id } progressMode priority }
        }
      }`,
      { id: 'Milestone:ref:M-1' },
    );
    expect(updateMilestone.milestone).toEqual({
      name: 'Beta',
      status: 'COMPLETED',
      dueDate: '2026-07-01',
      completedAt: expect.any(String),
      version: 2,
      project: { id: project },
      creator: { id: `Profile:${manager.profileId}` },
      progressMode: 'AUTO',
      priority: 'MEDIUM',
    });
    const remove = () =>
      manager.graphql('mutation ($id: ID!) { deleteMilestone(input: { id: $id }) { deletedId } }', { id });
    expect((await remove()).data.deleteMilestone.deletedId).toBe(id);
    expect((await remove()).errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
  });

  it.each([
    [{ dueDate: '2026-05-01' }, 'BAD_INPUT', 'input.dueDate'],
    [{ progress: 5 }, 'BAD_INPUT', 'input.progress'],
    [{ progressMode: 'MANUAL', progress: 101 }, 'BAD_INPUT', 'input.progress'],
    [{ projectId: 'Project:00000000-0000-7000-8000-000000000000' }, 'NOT_FOUND', 'input.projectId'],
  ])('are rejected: %o', async (input, code, field) => {
    const { errors } = await manager.graphql(
      'mutation ($input: CreateMilestoneInput!) { createMilestone(input: $input) { milestone { id } } }',
      { input: { name: 'x', startDate: '2026-06-01', dueDate: '2026-06-30', ...input } },
    );
    expect(errors).toMatchObject([{ extensions: { code, field } }]);
  });

  it('contain only tasks of their project, and no personal ones', async () => {
    const milestoneId = await createMilestone(manager, { projectId: project });
    const own = await createMilestone(manager, {});
    const foreign = await createTask(manager, {
      projectId: `Project:${await seedProject(company)}`,
      name: 'Elsewhere',
    });
    const personal = await createTask(manager, { name: 'Mine' });
    const refused = [
      [milestoneId, foreign],
      [own, personal],
    ];
    for (const [milestone, taskId] of refused) {
      const { errors } = await manager.graphql(setTask, { milestoneId: milestone, taskId });
      expect(errors).toMatchObject([{ extensions: { code: 'INVALID_STATE', field: 'input.taskId' } }]);
    }
    expect((await manager.graphql(setTask, { milestoneId: own, taskId: foreign })).errors).toEqual([]);
  });

  it('have assignees, readable from both sides', async () => {
    const milestoneId = await createMilestone(manager, { projectId: project });
    const change = (verb: string) =>
      manager.graphql(
        `mutation ($milestoneId: ID!, $profileId: ID!) {
          ${verb}MilestoneAssignee(input: { milestoneId: $milestoneId, profileId: $profileId }) {
            milestone { assignees { totalCount } }
            profile { milestones { nodes { id } } }
          }
        }`,
        { milestoneId, profileId: `Profile:${manager.profileId}` },
      );
    expect((await change('add')).data.addMilestoneAssignee).toEqual({
      milestone: { assignees: { totalCount: 1 } },
      profile: { milestones: { nodes: [{ id: milestoneId }] } },
    });
    expect((await change('remove')).data.removeMilestoneAssignee.milestone.assignees.totalCount).toBe(0);
    expect((await change('remove')).errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
  });

  it('depend on each other within a project, never in a cycle', async () => {
    const ring = await Promise.all(Array.from({ length: 5 }, () => createMilestone(manager, { projectId: project })));
    const results = await Promise.all(ring.map((id, i) => depend(id, ring[(i + 1) % ring.length]!)));
    expect(results.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code))).toEqual(['CYCLE']);
    const foreign = await createMilestone(manager, { projectId: `Project:${await seedProject(company)}` });
    expect((await depend(ring[0]!, foreign)).errors).toMatchObject([{ extensions: { code: 'INVALID_STATE' } }]);
  });

  it('are late or at risk by the calendar of the organization', async () => {
    const projectId = `Project:${await seedProject(company)}`;
    await createMilestone(manager, { projectId, name: 'a late', startDate: inDays(-10), dueDate: inDays(-1) });
    await createMilestone(manager, { projectId, name: 'b at risk', startDate: inDays(-9), dueDate: inDays(0) });
    await createMilestone(manager, { projectId, name: 'c fine', startDate: inDays(-1), dueDate: inDays(9) });
    const { milestones } = await manager.ok(
      `query ($projectId: ID!) {
        milestones(where: { projectId: { eq: $projectId } }, orderBy: [{ field: NAME }]) { nodes { isLate isAtRisk } }
      }`,
      { projectId },
    );
    expect(milestones.nodes).toEqual([
      { isLate: true, isAtRisk: false },
      { isLate: false, isAtRisk: true },
      { isLate: false, isAtRisk: false },
    ]);
  });

  it('form a plan with slack and a critical path, in one statement besides the milestones themselves', async () => {
    const projectId = `Project:${await seedProject(company)}`;
    const make = (name: string, from: number, to: number) =>
      createMilestone(manager, { projectId, name, startDate: inDays(from), dueDate: inDays(to) });
    const [build, docs, launch] = [await make('build', 1, 10), await make('docs', 1, 4), await make('launch', 11, 15)];
    await depend(launch, build);
    await depend(launch, docs);
    const plan = `finish criticalPath { slackDays } milestones { slackDays isCritical latestFinish isLate isAtRisk`;
    const query = (more: string) =>
      manager.graphql(`query ($id: ID!) { node(id: $id) { ... on Project { milestonePlan { ${plan} ${more} } } } } }`, {
        id: projectId,
      });
    const bare = await query('');
    expect(bare.data.node.milestonePlan).toMatchObject({
      finish: inDays(15),
      criticalPath: [{ slackDays: 0 }, { slackDays: 0 }],
      milestones: [
        { slackDays: 6, isCritical: false, latestFinish: inDays(10) },
        { slackDays: 0, isCritical: true },
        { slackDays: 0, isCritical: true },
      ],
    });
    expect(bare.statements.length).toBe(1);
    const named = await query('milestone { name dueDate }');
    expect(
      named.data.node.milestonePlan.milestones.map((m: { milestone: { name: string } }) => m.milestone.name),
    ).toEqual(['docs', 'build', 'launch']);
    expect(named.statements.length).toBe(2);
  });

  it('are visible to a CLIENT in its own projects only', async () => {
    const projectId = `Project:${await seedProject(company, { contactId: client.profileId })}`;
    const shared = await createMilestone(manager, { projectId, name: 'Shared' });
    const taskId = await createTask(manager, { projectId, name: 'Part' });
    await manager.ok(setTask, { milestoneId: shared, taskId, weight: 5 });
    const { milestones } = await client.ok(
      '{ milestones { totalCount nodes { name parts { nodes { weight task { name } } } } } }',
    );
    expect(milestones).toEqual({
      totalCount: 1,
      nodes: [{ name: 'Shared', parts: { nodes: [{ weight: 5, task: { name: 'Part' } }] } }],
    });
    const { errors } = await client.graphql(
      'mutation ($id: ID!) { deleteMilestone(input: { id: $id }) { deletedId } }',
      {
        id: shared,
      },
    );
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});
