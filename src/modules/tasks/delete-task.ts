import { z } from 'zod';
import { deletionOf, requireVersion } from '../../access/rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { uuidField, versionField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { prepareDeletion } from '../events/prepare-deletion.ts';
import { recordEvent } from '../events/record-event.ts';
import { lockTaskAndBoard } from './lock-task.ts';
import { requireTaskDeleter } from './policy.ts';
import { tasks } from './tables.ts';

const input = z.object({ id: uuidField, expectedVersion: versionField.nullish() });

/**
 * Deletes a task with its subtasks, comments, checklist and dependencies. The event is recorded first, so that its
 * handlers still find the rows that refer to the task. Throws FORBIDDEN, NOT_FOUND, STALE_VERSION.
 */
export async function deleteTask(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  const { id, expectedVersion } = checkInput(input, raw);
  const current = await lockTaskAndBoard(tx, viewer, id);
  requireTaskDeleter(viewer, current);
  requireVersion(current, expectedVersion, 'Task');
  const event = { action: 'task.deleted', resourceType: 'Task', resourceId: id, before: current };
  await prepareDeletion(tx, viewer, event);
  await recordEvent(tx, viewer, event);
  tx.send(deletionOf(tasks, id, 'The task is still in use'));
  return { id };
}
