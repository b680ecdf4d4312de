import { and, eq, inArray, ne } from 'drizzle-orm';
import { cutCycles } from '../../access/cut-cycles.ts';
import { lockRule } from '../../access/rule-lock.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { onEvent } from '../events/handlers.ts';
import { tasks } from '../tasks/tables.ts';
import { waiting } from './add-milestone-dependency.ts';
import { recomputeProgress } from './recompute-progress.ts';
import { milestoneDependencies, milestones, milestoneTasks } from './tables.ts';

/** Removes tasks that have moved to another project from a restored milestone, and dependencies that close a cycle. */
onEvent('milestone.restored', async (tx, viewer, { resourceId }) => {
  lockRule(tx, 'milestone dependencies');
  const restored = await tx
    .select({ from: milestoneDependencies.milestoneId, to: milestoneDependencies.dependsOnId })
    .from(milestoneDependencies)
    .where(eq(milestoneDependencies.milestoneId, resourceId));
  await cutCycles(tx, waiting, restored);
  await removeTasksOfOtherProjects(tx, resourceId);
  await recomputeProgress(tx, viewer, [resourceId]);
});

async function removeTasksOfOtherProjects(tx: TenantTx, id: string): Promise<void> {
  const others = tx
    .select({ id: milestoneTasks.id })
    .from(milestoneTasks)
    .innerJoin(milestones, eq(milestones.id, milestoneTasks.milestoneId))
    .innerJoin(tasks, eq(tasks.id, milestoneTasks.taskId))
    .where(and(eq(milestones.id, id), ne(tasks.projectId, milestones.projectId)));
  await tx.delete(milestoneTasks).where(inArray(milestoneTasks.id, others));
}
