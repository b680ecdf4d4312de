import { eq, sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { lockMilestones } from '../../src/modules/milestones/recompute-progress.ts';
import { milestoneTasks } from '../../src/modules/milestones/tables.ts';
import type { TenantTx } from '../../src/tenancy/tenant-session.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { createTask, moveTask, seedProject, seedTasks } from '../tasks/support.ts';
import { createMilestone, readProgress, setTask } from './support.ts';

const uuidOf = (id: string): string => id.slice(id.indexOf(':') + 1);

/** How many others wait for a row that this transaction holds. */
const waiters = async (tx: TenantTx): Promise<number> =>
  (await tx.execute(sql`select 1 from pg_locks where not granted and transactionid = pg_current_xact_id()::xid`))
    .length;

describe('the progress of a milestone', async () => {
  const server = await world();
  let company: Company;
  let manager: Member;
  beforeAll(async () => {
    company = await server.company();
    manager = await company.as('MANAGER');
  });

  async function seed(count: number, weights: number[] = []) {
    const projectId = await seedProject(company);
    const tasks = (await seedTasks(company, projectId, count)).map((id) => `Task:${id}`);
    const milestone = await createMilestone(manager, { projectId: `Project:${projectId}` });
    for (const [index, taskId] of tasks.entries()) {
      await manager.ok(setTask, { milestoneId: milestone, taskId, weight: weights[index] });
    }
    return { project: `Project:${projectId}`, milestone, tasks };
  }

  const move = (id: string, status: string) => manager.graphql(moveTask, { input: { id, status } });
  const update = (input: object) =>
    manager.graphql(
      'mutation ($input: UpdateMilestoneInput!) { updateMilestone(input: $input) { milestone { progress progressMode version } } }',
      { input },
    );

  it('is the weighted share of its tasks that are done, updated at once', async () => {
    const { milestone, tasks } = await seed(3, [1, 1, 2]);
    expect(await readProgress(manager, milestone)).toBe(0);
    const { data } = await manager.graphql(
      'mutation ($id: ID!) { moveTask(input: { id: $id, status: DONE }) { task { milestones { nodes { progress } } } } }',
      { id: tasks[2] },
    );
    expect(data.moveTask.task.milestones.nodes).toEqual([{ progress: 50 }]);
    await move(tasks[0]!, 'DONE');
    expect(await readProgress(manager, milestone)).toBe(75);
    await move(tasks[2]!, 'IN_REVIEW');
    expect(await readProgress(manager, milestone)).toBe(25);
  });

  it('follows weights, membership, deletion and changes of status', async () => {
    const { milestone, tasks } = await seed(2);
    const [a, b] = tasks as [string, string];
    await manager.ok('mutation ($id: ID!) { updateTask(input: { id: $id, status: DONE }) { task { id } } }', { id: a });
    expect(await readProgress(manager, milestone)).toBe(50);
    expect((await manager.ok(setTask, { milestoneId: milestone, taskId: a, weight: 3 })).setMilestoneTask).toEqual({
      milestone: { progress: 75 },
      task: { milestones: { nodes: [{ id: milestone }] } },
    });
    await manager.ok(
      `mutation ($milestoneId: ID!, $taskId: ID!) {
        removeMilestoneTask(input: { milestoneId: $milestoneId, taskId: $taskId }) { milestone { progress } }
      }`,
      { milestoneId: milestone, taskId: a },
    );
    expect(await readProgress(manager, milestone)).toBe(0);
    await manager.ok(setTask, { milestoneId: milestone, taskId: a });
    await manager.ok('mutation ($id: ID!) { deleteTask(input: { id: $id }) { deletedId } }', { id: b });
    expect(await readProgress(manager, milestone)).toBe(100);
  });

  it('counts all tasks that are completed concurrently', async () => {
    const { milestone, tasks } = await seed(12);
    const results = await Promise.all(tasks.map((id) => move(id, 'DONE')));
    expect(results.flatMap(({ errors }) => errors)).toEqual([]);
    expect(await readProgress(manager, milestone)).toBe(100);
  });

  it('counts concurrently completed tasks of several projects', async () => {
    const milestone = await createMilestone(manager, {});
    const tasks = await Promise.all(
      Array.from({ length: 8 }, async () =>
        createTask(manager, { projectId: `Project:${await seedProject(company)}`, name: 'Part' }),
      ),
    );
    const results = await Promise.all([
      ...tasks.map((taskId) => manager.graphql(setTask, { milestoneId: milestone, taskId })),
      ...tasks.map((id) => move(id, 'DONE')),
    ]);
    expect(results.flatMap(({ errors }) => errors)).toEqual([]);
    expect(await readProgress(manager, milestone)).toBe(100);
  });

  it('does not deadlock if a task is deleted while it is being removed', async () => {
    const { milestone, tasks } = await seed(1);
    const [milestoneId, taskId] = [uuidOf(milestone), uuidOf(tasks[0]!)];
    const remove = 'mutation ($id: ID!) { deleteTask(input: { id: $id }) { deletedId } }';
    const deleted = await server.app.binding.write(company.tenant, async (tx) => {
      await lockMilestones(tx, [milestoneId]);
      const deleting = manager.graphql(remove, { id: tasks[0] });
      await expect.poll(() => waiters(tx)).toBe(1);
      await tx.delete(milestoneTasks).where(eq(milestoneTasks.taskId, taskId));
      return { deleting };
    });
    expect((await deleted.deleting).errors).toEqual([]);
  });

  it('is set by people while it is MANUAL, and computed again when it becomes AUTO', async () => {
    const { milestone, tasks } = await seed(2);
    await move(tasks[0]!, 'DONE');
    expect((await update({ id: milestone, progress: 10 })).errors).toMatchObject([
      { extensions: { code: 'BAD_INPUT', field: 'input.progress' } },
    ]);
    const kept = await update({ id: milestone, progressMode: 'MANUAL' });
    expect(kept.data.updateMilestone.milestone).toMatchObject({ progress: 50, progressMode: 'MANUAL' });
    await update({ id: milestone, progress: 80 });
    await move(tasks[1]!, 'DONE');
    expect(await readProgress(manager, milestone)).toBe(80);
    const back = await update({ id: milestone, progressMode: 'AUTO' });
    expect(back.data.updateMilestone.milestone.progress).toBe(100);
  });

  it('does not cause STALE_VERSION for people’s changes', async () => {
    const { milestone, tasks } = await seed(1);
    await move(tasks[0]!, 'DONE');
    expect((await update({ id: milestone, name: 'Renamed', expectedVersion: 1 })).errors).toEqual([]);
  });

  it('is updated when a project with some of its tasks is deleted', async () => {
    const milestone = await createMilestone(manager, {});
    const [kept, gone] = [await seedProject(company), await seedProject(company)];
    for (const project of [kept, gone]) {
      const taskId = await createTask(manager, { projectId: `Project:${project}`, name: 'Part' });
      await manager.ok(setTask, { milestoneId: milestone, taskId });
      if (project === kept) await move(taskId, 'DONE');
    }
    expect(await readProgress(manager, milestone)).toBe(50);
    const remove = 'mutation ($id: ID!) { deleteProject(input: { id: $id }) { lastEventId } }';
    await manager.ok(remove, { id: `Project:${gone}` });
    expect(await readProgress(manager, milestone)).toBe(100);
  });

  it('is updated when a task moves to another project', async () => {
    const { milestone, tasks } = await seed(2);
    await move(tasks[0]!, 'DONE');
    const other = `Project:${await seedProject(company)}`;
    await manager.ok(
      'mutation ($id: ID!, $other: ID!) { updateTask(input: { id: $id, projectId: $other }) { task { id } } }',
      { id: tasks[1], other },
    );
    expect(await readProgress(manager, milestone)).toBe(100);
  });
});
