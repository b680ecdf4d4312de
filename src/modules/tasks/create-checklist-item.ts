import { z } from 'zod';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import { nameField, uuidField } from '../../lib/fields.ts';
import { uuidv7 } from '../../lib/ids.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvent } from '../events/record-event.ts';
import { listItems, mostItems, rankInChecklist } from './checklist.ts';
import { lockTask } from './lock-task.ts';
import { requireTaskWriter } from './policy.ts';
import { checklistItems } from './tables.ts';

const input = z.object({ taskId: uuidField, name: nameField, afterId: uuidField.nullish() });

/** Adds an item to a task's checklist, after another one or at the end. Throws NOT_FOUND, INVALID_STATE when full. */
export async function createChecklistItem(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof input>,
): Promise<{ id: string; taskId: string }> {
  requireTaskWriter(viewer);
  const { taskId, name, afterId } = checkInput(input, raw);
  await lockTask(tx, viewer, taskId, 'input.taskId');
  const items = await listItems(tx, taskId);
  if (items.length >= mostItems) {
    throw new AppError('INVALID_STATE', `A checklist has at most ${mostItems} items`, { field: 'input.taskId' });
  }
  const id = uuidv7();
  const after = { taskId, name, rank: await rankInChecklist(tx, items, { afterId }) };
  await tx.insert(checklistItems).values({ id, ...after });
  await recordEvent(tx, viewer, {
    action: 'checklistItem.created',
    resourceType: 'ChecklistItem',
    resourceId: id,
    after,
  });
  return { id, taskId };
}
