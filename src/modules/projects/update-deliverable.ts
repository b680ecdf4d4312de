import { z } from 'zod';
import { patchRow, requireVersion } from '../../access/rows.ts';
import { lockVisible } from '../../access/visible-rows.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import { dayField, externalReferenceField, nameField, textField, uuidField, versionField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvent } from '../events/record-event.ts';
import { deliverables, uniqueProjectFields } from './tables.ts';

const input = z.object({
  id: uuidField,
  name: nameField.optional(),
  description: textField.nullish(),
  dueDate: dayField.nullish(),
  externalReference: externalReferenceField.nullish(),
  expectedVersion: versionField.nullish(),
});

/**
 * Changes what a deliverable is; it stays in its project. Needs project:write. Throws INVALID_STATE once it is
 * accepted: of that only the external reference may still change.
 */
export async function updateDeliverable(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  requirePermission(viewer, 'project:write');
  const { id, expectedVersion, ...patch } = checkInput(input, raw);
  const current = await lockVisible(tx, viewer, deliverables, id, 'Deliverable');
  requireVersion(current, expectedVersion, 'Deliverable');
  const { externalReference: _, ...agreed } = patch;
  if (current.status === 'ACCEPTED' && Object.values(agreed).some((value) => value !== undefined)) {
    throw new AppError('INVALID_STATE', 'An accepted deliverable does not change', { field: 'input.id' });
  }
  const changes = patchRow(tx, deliverables, current, patch, uniqueProjectFields);
  if (changes) {
    const action = 'deliverable.updated';
    await recordEvent(tx, viewer, { action, resourceType: 'Deliverable', resourceId: id, ...changes });
  }
  return { id };
}
