import { z } from 'zod';
import { requireVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { uuidField } from '../../lib/fields.ts';
import { uuidv7 } from '../../lib/ids.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvent } from '../events/record-event.ts';
import { requireTaskWriter } from './policy.ts';
import { taskComments, tasks } from './tables.ts';

export const commentField = z.string().trim().min(1).max(20_000);

const input = z.object({ taskId: uuidField, content: commentField });

/** Writes a comment under a task. Throws NOT_FOUND for a task that the viewer may not see. */
export async function createTaskComment(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof input>,
): Promise<{ id: string; taskId: string }> {
  requireTaskWriter(viewer);
  const { taskId, content } = checkInput(input, raw);
  requireVisible(tx, viewer, tasks, taskId, 'Task', 'input.taskId');
  const id = uuidv7();
  const after = { taskId, authorId: viewer.profileId, content };
  await tx.insert(taskComments).values({ id, ...after });
  await recordEvent(tx, viewer, { action: 'taskComment.created', resourceType: 'TaskComment', resourceId: id, after });
  return { id, taskId };
}
