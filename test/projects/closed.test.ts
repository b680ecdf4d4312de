import { describe, expect, it } from 'vitest';
import { run } from '../support/run.ts';
import { world } from '../support/world.ts';
import { createTask } from '../tasks/support.ts';
import { recordTime } from '../time/support.ts';
import { createProject } from './support.ts';

const days = { startDate: '2026-06-01', dueDate: '2026-06-30' };
const warnings = 'project { status } warnings { code count message }';

describe.each(['COMPLETED', 'SUSPENDED'])('a project that is %s', async (status) => {
  const server = await world();
  const company = await server.company();
  const [manager, member, colleague] = await Promise.all([
    company.as('MANAGER'),
    company.as('MEMBER'),
    company.member('MEMBER'),
  ]);
  const projectId = await createProject(manager);
  const other = await createProject(manager);
  const taskId = await createTask(member, { projectId: other, name: 'Wandering' });
  const entry = { projectId, workDate: '2026-03-02', hours: '1' };
  const here = await recordTime(member, entry);
  const elsewhere = await recordTime(member, { ...entry, projectId: other });
  const { milestone } = await run(manager, 'createMilestone', { projectId, name: 'Kept', ...days }, 'milestone { id }');
  const profileId = `Profile:${member.profileId}`;
  await run(manager, 'updateProject', { id: projectId, status });

  const attempts: [name: string, input: object, field: string][] = [
    ['createTask', { projectId, name: 'New' }, 'input.projectId'],
    ['createTasks', { tasks: [{ projectId, name: 'New' }] }, 'input.tasks.0.projectId'],
    ['updateTask', { id: taskId, projectId }, 'input.projectId'],
    ['updateTasks', { tasks: [{ id: taskId, projectId }] }, 'input.tasks.0.projectId'],
    ['createMilestone', { projectId, name: 'New', ...days }, 'input.projectId'],
    ['addMilestoneAssignee', { milestoneId: milestone.id, profileId }, 'input.milestoneId'],
    ['createTimeEntry', entry, 'input.projectId'],
    ['updateTimeEntry', { id: elsewhere, projectId }, 'input.projectId'],
    ['updateTimeEntry', { id: here, hours: '2' }, 'input.id'],
    ['updateTimeEntry', { id: here, workDate: '2026-03-03' }, 'input.id'],
    ['startTimer', { projectId }, 'input.projectId'],
  ];

  it.each(attempts)('refuses %s %o to members, and names its status', async (name, input, field) => {
    const answer = await run(member, name, input);
    expect(answer).toMatchObject({ code: 'INVALID_STATE', field });
    // Bulk changes name the rows that failed, each with its code and field
    if (!('tasks' in input)) expect(answer).toMatchObject({ status });
  });

  it('accepts changes of its own work, and reductions', async () => {
    expect(await run(member, 'updateTimeEntry', { id: here, description: 'Said more' })).toEqual({
      lastEventId: expect.any(String),
    });
    expect(await run(member, 'updateTimeEntry', { id: here, hours: '0.5' })).toEqual({
      lastEventId: expect.any(String),
    });
  });

  it('accepts corrections by people with project:write', async () => {
    for (const [name, input] of attempts) expect(await run(manager, name, input), name).not.toHaveProperty('code');
    await run(manager, 'discardTimer', {});
  });

  it('warns about open tasks and running timers when it is closed; the timers are stopped and recorded', async () => {
    const closing = await createProject(manager);
    await createTask(manager, { projectId: closing, name: 'Open' });
    await createTask(manager, { projectId: closing, name: 'Done', status: 'DONE' });
    const startedAt = new Date(Date.now() - 600_000).toISOString();
    for (const person of [member, colleague]) await run(person, 'startTimer', { projectId: closing, startedAt });
    await recordTime(colleague, { projectId: closing, workDate: startedAt.slice(0, 10), hours: '23' });
    const { project, warnings: told } = await run(manager, 'updateProject', { id: closing, status }, warnings);
    expect(project).toEqual({ status });
    expect(told).toEqual([
      ...(status === 'COMPLETED' ? [{ code: 'OPEN_TASKS', count: 1, message: 'One task is still open' }] : []),
      { code: 'TIMERS_STOPPED', count: 2, message: '2 timers were stopped' },
    ]);
    const { runningTimers, timeEntries } = await manager.ok(
      `query ($project: ID!) {
        runningTimers(where: { projectId: { eq: $project } }) { totalCount }
        timeEntries(where: { projectId: { eq: $project }, source: { eq: "timer" } }) { nodes { hours status } }
      }`,
      { project: closing },
    );
    expect(runningTimers.totalCount).toBe(0);
    expect(timeEntries.nodes).toHaveLength(2);
    for (const { hours } of timeEntries.nodes) expect(Number(hours)).toBeCloseTo(0.17);
    expect(await run(manager, 'updateProject', { id: closing, status: 'ACTIVE' }, warnings)).toEqual({
      project: { status: 'ACTIVE' },
      warnings: [],
    });
  });
});
