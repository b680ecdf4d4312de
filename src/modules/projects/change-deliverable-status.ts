import { z } from 'zod';
import { patchRow, requireVersion } from '../../access/rows.ts';
import { lockVisible } from '../../access/visible-rows.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { textField, uuidField, versionField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvent } from '../events/record-event.ts';
import { requireStep, stepOf } from './deliverable-flow.ts';
import { deliverableStatuses, deliverables } from './tables.ts';

const input = z.object({
  id: uuidField,
  status: z.enum(deliverableStatuses),
  note: textField.nullish(),
  expectedVersion: versionField.nullish(),
});

const actions = {
  DRAFT: 'deliverable.withdrawn',
  SUBMITTED: 'deliverable.submitted',
  ACCEPTED: 'deliverable.accepted',
  REJECTED: 'deliverable.rejected',
} as const;

/** Takes a deliverable a step further, or back. Needs project:write. Throws INVALID_STATE for a step that there is not. */
export async function changeDeliverableStatus(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof input>,
): Promise<{ id: string }> {
  requirePermission(viewer, 'project:write');
  const { id, status, note, expectedVersion } = checkInput(input, raw);
  const current = await lockVisible(tx, viewer, deliverables, id, 'Deliverable');
  requireVersion(current, expectedVersion, 'Deliverable');
  requireStep(current.status, status);
  const changes = patchRow(tx, deliverables, current, stepOf(status, note ?? null, new Date()));
  await recordEvent(tx, viewer, {
    action: actions[status],
    resourceType: 'Deliverable',
    resourceId: id,
    ...changes,
  });
  return { id };
}
