import { z } from 'zod';
import { patchRow, requireVersion } from '../../access/rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { badInput } from '../../lib/errors.ts';
import { uuidField, versionField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvent } from '../events/record-event.ts';
import { listItems, rankInChecklist } from './checklist.ts';
import { lockChecklistItem } from './lock-checklist-item.ts';
import { requireTaskWriter } from './policy.ts';
import { checklistItems } from './tables.ts';

const input = z.object({
  id: uuidField,
  beforeId: uuidField.nullish(),
  afterId: uuidField.nullish(),
  expectedVersion: versionField.nullish(),
});

/** Puts a checklist item right before or right after another one of its list, or at the end. Throws NOT_FOUND, STALE_VERSION. */
export async function moveChecklistItem(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof input>,
): Promise<{ id: string; taskId: string }> {
  requireTaskWriter(viewer);
  const { id, expectedVersion, ...neighbour } = checkInput(input, raw);
  if (neighbour.beforeId && neighbour.afterId) {
    throw badInput('beforeId and afterId exclude each other', 'input.afterId');
  }
  const current = await lockChecklistItem(tx, viewer, id);
  requireVersion(current, expectedVersion, 'ChecklistItem');
  const { taskId } = current;
  const others = (await listItems(tx, taskId)).filter((item) => item.id !== id);
  const rank = await rankInChecklist(tx, others, neighbour);
  const changes = patchRow(tx, checklistItems, current, { rank });
  if (changes) {
    await recordEvent(tx, viewer, {
      action: 'checklistItem.moved',
      resourceType: 'ChecklistItem',
      resourceId: id,
      metadata: { taskId },
      ...changes,
    });
  }
  return { id, taskId };
}
