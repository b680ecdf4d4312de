import { and, eq, inArray, ne } from 'drizzle-orm';
import { AppError } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import type { TaskStatusValue } from './completion.ts';
import { taskDependencies, tasks } from './tables.ts';

interface Finishing {
  id: string;
  status: TaskStatusValue;
}

/**
 * Throws INVALID_STATE, with the number of them, when a task would be finished while tasks that it waits for are open.
 * The caller may ignore them.
 */
export async function requireDependenciesDone(
  tx: TenantTx,
  { id, status }: Finishing,
  next: TaskStatusValue,
  ignoreDependencies: boolean | null | undefined,
): Promise<void> {
  if (next !== 'DONE' || status === 'DONE' || ignoreDependencies) return;
  const waitsFor = tx
    .select({ id: taskDependencies.dependsOnId })
    .from(taskDependencies)
    .where(eq(taskDependencies.taskId, id));
  const openDependencies = await tx.$count(tasks, and(inArray(tasks.id, waitsFor), ne(tasks.status, 'DONE')));
  if (openDependencies === 0) return;
  throw new AppError('INVALID_STATE', 'This task waits for tasks that are open: pass ignoreDependencies to finish it', {
    field: 'input.status',
    openDependencies,
  });
}
