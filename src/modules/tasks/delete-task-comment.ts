import { z } from 'zod';
import { deleteRow, requireVersion } from '../../access/rows.ts';
import { lockVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { uuidField, versionField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvent } from '../events/record-event.ts';
import { requireCommentEditor, requireTaskWriter } from './policy.ts';
import { taskComments } from './tables.ts';

const input = z.object({ id: uuidField, expectedVersion: versionField.nullish() });

/** Deletes a comment: its author or a moderator. Throws FORBIDDEN, NOT_FOUND, STALE_VERSION. */
export async function deleteTaskComment(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof input>,
): Promise<{ id: string; taskId: string }> {
  requireTaskWriter(viewer);
  const { id, expectedVersion } = checkInput(input, raw);
  const current = await lockVisible(tx, viewer, taskComments, id, 'TaskComment');
  requireCommentEditor(viewer, current);
  requireVersion(current, expectedVersion, 'TaskComment');
  deleteRow(tx, taskComments, id, 'The comment is still in use');
  await recordEvent(tx, viewer, {
    action: 'taskComment.deleted',
    resourceType: 'TaskComment',
    resourceId: id,
    before: current,
  });
  return { id, taskId: current.taskId };
}
