import { z } from 'zod';
import { patchRow, requireVersion } from '../../access/rows.ts';
import { lockVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { uuidField, versionField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvent } from '../events/record-event.ts';
import { commentField } from './create-task-comment.ts';
import { requireCommentEditor, requireTaskWriter } from './policy.ts';
import { taskComments } from './tables.ts';

const input = z.object({ id: uuidField, content: commentField, expectedVersion: versionField.nullish() });

/** Changes what a comment says: its author or a moderator. Throws FORBIDDEN, NOT_FOUND, STALE_VERSION. */
export async function updateTaskComment(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  requireTaskWriter(viewer);
  const { id, content, expectedVersion } = checkInput(input, raw);
  const current = await lockVisible(tx, viewer, taskComments, id, 'TaskComment');
  requireCommentEditor(viewer, current);
  requireVersion(current, expectedVersion, 'TaskComment');
  if (content === current.content) return { id };
  const changes = patchRow(tx, taskComments, current, { content, editedAt: new Date() });
  await recordEvent(tx, viewer, {
    action: 'taskComment.updated',
    resourceType: 'TaskComment',
    resourceId: id,
    metadata: { taskId: current.taskId },
    ...changes,
  });
  return { id };
}
