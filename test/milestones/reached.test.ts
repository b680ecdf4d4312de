import { describe, expect, it } from 'vitest';
import { createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { world } from '../support/world.ts';
import { createTask } from '../tasks/support.ts';
import { createMilestone, setTask } from './support.ts';

const fields = 'status progress isLate isAtRisk completedAt';

describe('a milestone with progress 100', async () => {
  const server = await world();
  const company = await server.company();
  const manager = await company.as('MANAGER');
  const projectId = await createProject(manager);
  const past = { projectId, startDate: '2026-02-01', dueDate: '2026-02-10' };
  const at = expect.stringMatching(/^20/);
  const reached = { status: 'COMPLETED', progress: 100, isLate: false, isAtRisk: false, completedAt: at };
  const read = async (id: string) =>
    (await manager.ok(`query ($id: ID!) { node(id: $id) { ... on Milestone { ${fields} } } }`, { id })).node;

  it('is COMPLETED when its last task is done, even long after its due day, and open again when one is reopened', async () => {
    const id = await createMilestone(manager, past);
    const taskId = await createTask(manager, { projectId, name: 'Only' });
    await manager.ok(setTask, { milestoneId: id, taskId });
    expect(await read(id)).toMatchObject({ status: 'NOT_STARTED', isLate: true });
    await run(manager, 'moveTask', { id: taskId, status: 'DONE' });
    expect(await read(id)).toEqual(reached);
    const { milestonePlan } = (
      await manager.ok(
        'query ($id: ID!) { node(id: $id) { ... on Project { milestonePlan { milestones { isLate slackDays } } } } }',
        { id: projectId },
      )
    ).node;
    expect(milestonePlan.milestones).toEqual([{ isLate: false, slackDays: null }]);
    await run(manager, 'updateTask', { id: taskId, status: 'IN_PROGRESS' });
    expect(await read(id)).toMatchObject({ status: 'IN_PROGRESS', progress: 0, isLate: true, completedAt: null });
  });

  it('is COMPLETED if the progress is set to 100, at creation or later', async () => {
    const manual = { ...past, progressMode: 'MANUAL' };
    expect(await read(await createMilestone(manager, { ...manual, progress: 100 }))).toEqual(reached);
    const id = await createMilestone(manager, { ...manual, progress: 40 });
    expect(await read(id)).toMatchObject({ isLate: true });
    await run(manager, 'updateMilestone', { id, progress: 100 });
    expect(await read(id)).toEqual(reached);
    expect(await run(manager, 'updateMilestone', { id, status: 'ON_HOLD' })).toMatchObject({
      code: 'INVALID_STATE',
      field: 'input.status',
    });
    await run(manager, 'updateMilestone', { id, progress: 90 });
    expect(await read(id)).toMatchObject({ status: 'IN_PROGRESS', isLate: true, completedAt: null });
  });

  it('differs from a milestone completed by decision, which stays so whatever its progress', async () => {
    const id = await createMilestone(manager, { ...past, progressMode: 'MANUAL', progress: 40 });
    await run(manager, 'updateMilestone', { id, status: 'COMPLETED' });
    await run(manager, 'updateMilestone', { id, progress: 60 });
    expect(await read(id)).toEqual({ ...reached, progress: 60 });
  });
});
