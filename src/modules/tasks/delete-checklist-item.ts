import { z } from 'zod';
import { deleteRow, requireVersion } from '../../access/rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { uuidField, versionField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvent } from '../events/record-event.ts';
import { lockChecklistItem } from './lock-checklist-item.ts';
import { requireTaskWriter } from './policy.ts';
import { checklistItems } from './tables.ts';

const input = z.object({ id: uuidField, expectedVersion: versionField.nullish() });

/** Takes an item off a task's checklist. Throws NOT_FOUND, STALE_VERSION. */
export async function deleteChecklistItem(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof input>,
): Promise<{ id: string; taskId: string }> {
  requireTaskWriter(viewer);
  const { id, expectedVersion } = checkInput(input, raw);
  const current = await lockChecklistItem(tx, viewer, id);
  requireVersion(current, expectedVersion, 'ChecklistItem');
  deleteRow(tx, checklistItems, id, 'The item is still in use');
  await recordEvent(tx, viewer, {
    action: 'checklistItem.deleted',
    resourceType: 'ChecklistItem',
    resourceId: id,
    before: current,
  });
  return { id, taskId: current.taskId };
}
