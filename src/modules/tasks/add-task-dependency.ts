import { z } from 'zod';
import { leadsTo } from '../../access/leads-to.ts';
import { checkAtCommit } from '../../access/requirements.ts';
import { lockRule } from '../../access/rule-lock.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import { uuidField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { requireTaskWriter } from './policy.ts';
import { taskDependencies, tasks } from './tables.ts';

export const waiting = { table: taskDependencies, from: taskDependencies.taskId, to: taskDependencies.dependsOnId };

const input = z.object({ taskId: uuidField, dependsOnId: uuidField });

/**
 * Makes a task depend on another one; repeating it changes nothing. Throws NOT_FOUND for either, and CYCLE if the other
 * task depends on this one, directly or through others.
 */
export async function addTaskDependency(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof input>,
): Promise<{ id: string; dependsOnId: string }> {
  requireTaskWriter(viewer);
  const { taskId, dependsOnId } = checkInput(input, raw);
  // Two concurrent changes could close a cycle together, because neither would see the other's dependency.
  lockRule(tx, 'task dependencies');
  checkAtCommit(tx, viewer, {
    references: [
      { table: tasks, id: taskId, typename: 'Task', field: 'input.taskId' },
      { table: tasks, id: dependsOnId, typename: 'Task', field: 'input.dependsOnId' },
    ],
  });
  if (await leadsTo(tx, waiting, dependsOnId, taskId)) {
    throw new AppError('CYCLE', 'The other task depends on this one', { field: 'input.dependsOnId' });
  }
  const added = await tx
    .insert(taskDependencies)
    .values({ taskId, dependsOnId })
    .onConflictDoNothing()
    .returning({ taskId: taskDependencies.taskId });
  if (added.length) {
    const metadata = { dependsOnId };
    await recordEvent(tx, viewer, {
      action: 'task.dependencyAdded',
      resourceType: 'Task',
      resourceId: taskId,
      metadata,
    });
  }
  return { id: taskId, dependsOnId };
}
