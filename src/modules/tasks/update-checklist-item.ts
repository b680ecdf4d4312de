import { z } from 'zod';
import { patchRow, requireVersion } from '../../access/rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { nameField, uuidField, versionField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvent } from '../events/record-event.ts';
import { lockChecklistItem } from './lock-checklist-item.ts';
import { requireTaskWriter } from './policy.ts';
import { checklistItems } from './tables.ts';

const input = z.object({
  id: uuidField,
  name: nameField.optional(),
  isDone: z.boolean().optional(),
  expectedVersion: versionField.nullish(),
});

/** Renames a checklist item, ticks it off or opens it again. Absent fields stay. Throws NOT_FOUND, STALE_VERSION. */
export async function updateChecklistItem(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof input>,
): Promise<{ id: string; taskId: string }> {
  requireTaskWriter(viewer);
  const { id, expectedVersion, ...patch } = checkInput(input, raw);
  const current = await lockChecklistItem(tx, viewer, id);
  requireVersion(current, expectedVersion, 'ChecklistItem');
  const changes = patchRow(tx, checklistItems, current, patch);
  const { taskId } = current;
  if (changes) {
    await recordEvent(tx, viewer, {
      action: 'checklistItem.updated',
      resourceType: 'ChecklistItem',
      resourceId: id,
      metadata: { taskId },
      ...changes,
    });
  }
  return { id, taskId };
}
