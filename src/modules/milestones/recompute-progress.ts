import { asc, eq, getColumns, inArray, sql } from 'drizzle-orm';
import type { Viewer } from '../../identity/viewer.ts';
import { changesOf } from '../../lib/changes-of.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { tasks } from '../tasks/tables.ts';
import { completionOf, statusAt } from './policy.ts';
import { progressOf, type Weights } from './progress.ts';
import { milestones, milestoneTasks } from './tables.ts';

/**
 * Locks milestones. Everything that changes their tasks does this first, in one order (tasks, milestones, then the rows
 * that join them); otherwise two transactions could wait for each other.
 */
export function lockMilestones(tx: TenantTx, ids: readonly string[]) {
  return tx
    .select({
      id: milestones.id,
      progress: milestones.progress,
      progressMode: milestones.progressMode,
      status: milestones.status,
      completedAt: milestones.completedAt,
    })
    .from(milestones)
    .where(inArray(milestones.id, [...ids]))
    .orderBy(asc(milestones.id))
    .for('no key update');
}

/**
 * Updates the progress of those milestones that are AUTO, in the transaction of the change that affects it.
 *
 * A separate statement sums the tasks' weights after the milestones are locked: if two transactions each finish a task,
 * the second waits here and then sees the first one's commit.
 */
export async function recomputeProgress(tx: TenantTx, viewer: Viewer | null, ids: readonly string[]): Promise<void> {
  if (!ids.length) return;
  const automatic = (await lockMilestones(tx, ids)).filter(({ progressMode }) => progressMode === 'AUTO');
  if (!automatic.length) return;
  const weights = await sumWeights(
    tx,
    automatic.map(({ id }) => id),
  );
  for (const milestone of automatic) {
    const progress = progressOf(weights.get(milestone.id) ?? { total: 0, done: 0 });
    if (progress !== milestone.progress) await setProgress(tx, viewer, milestone, progress);
  }
}

type Locked = Awaited<ReturnType<typeof lockMilestones>>[number];

async function sumWeights(tx: TenantTx, ids: string[]): Promise<Map<string, Weights>> {
  const weight = sql`sum(${milestoneTasks.weight})`;
  const rows = await tx
    .select({
      milestoneId: milestoneTasks.milestoneId,
      total: sql`${weight}`.mapWith(Number),
      done: sql`coalesce(${weight} filter (where ${tasks.status} = 'DONE'), 0)`.mapWith(Number),
    })
    .from(milestoneTasks)
    .innerJoin(tasks, eq(tasks.id, milestoneTasks.taskId))
    .where(inArray(milestoneTasks.milestoneId, ids))
    .groupBy(milestoneTasks.milestoneId);
  return new Map(rows.map(({ milestoneId, ...weights }) => [milestoneId, weights]));
}

/**
 * Sets the status as well: a milestone with progress 100 is COMPLETED. The version stays, so that computed values do
 * not cause STALE_VERSION for people's changes.
 */
async function setProgress(tx: TenantTx, viewer: Viewer | null, current: Locked, progress: number): Promise<void> {
  const { id } = current;
  const status = statusAt(progress, current);
  const patch = { progress, status, ...completionOf(current.status, status) };
  const { before, after } = changesOf(current, patch, getColumns(milestones));
  await tx.update(milestones).set(patch).where(eq(milestones.id, id));
  await recordEvent(tx, viewer, {
    action: 'milestone.progressed',
    resourceType: 'Milestone',
    resourceId: id,
    before,
    after,
  });
}
