import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Viewer } from '../../identity/viewer.ts';
import { notFound } from '../../lib/errors.ts';
import { uuidField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { lockTask } from './lock-task.ts';
import { requireTaskWriter } from './policy.ts';
import { taskDependencies } from './tables.ts';

const input = z.object({ taskId: uuidField, dependsOnId: uuidField });

/** Removes a dependency between tasks. Throws NOT_FOUND if there is none. */
export async function removeTaskDependency(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof input>,
): Promise<{ id: string; dependsOnId: string }> {
  requireTaskWriter(viewer);
  const { taskId, dependsOnId } = checkInput(input, raw);
  await lockTask(tx, viewer, taskId, 'input.taskId');
  const removed = await tx
    .delete(taskDependencies)
    .where(and(eq(taskDependencies.taskId, taskId), eq(taskDependencies.dependsOnId, dependsOnId)))
    .returning({ createdAt: taskDependencies.createdAt });
  if (!removed.length) throw notFound('Task', 'input.dependsOnId');
  const metadata = { dependsOnId, was: removed[0] };
  await recordEvent(tx, viewer, {
    action: 'task.dependencyRemoved',
    resourceType: 'Task',
    resourceId: taskId,
    metadata,
  });
  return { id: taskId, dependsOnId };
}
