import { and, eq } from 'drizzle-orm';
import { requireVisible } from '../../graphql/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { badInput } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { projects } from '../projects/tables.ts';
import { tasks } from '../tasks/tables.ts';

/**
 * Throws NOT_FOUND, naming the argument, unless the viewer sees the project and the task, and BAD_INPUT when the task
 * is not one of the project.
 */
export async function requireWork(
  tx: TenantTx,
  viewer: Viewer,
  { projectId, taskId }: { projectId: string; taskId?: string | null | undefined },
): Promise<void> {
  await requireVisible(tx, viewer, projects, projectId, 'Project', 'input.projectId');
  if (!taskId) return;
  await requireVisible(tx, viewer, tasks, taskId, 'Task', 'input.taskId');
  const [task] = await tx
    .select({ id: tasks.id })
    .from(tasks)
    .where(and(eq(tasks.id, taskId), eq(tasks.projectId, projectId)));
  if (!task) throw badInput('This task is not one of the project', 'input.taskId');
}
