import { z } from 'zod';
import { patchRow, requireVersion } from '../../access/rows.ts';
import { lockVisible } from '../../access/visible-rows.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import {
  amountField,
  dayField,
  externalReferenceField,
  shortTextField,
  uuidField,
  versionField,
} from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import { checkPeriod } from '../../lib/period.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvent } from '../events/record-event.ts';
import { percentField } from './create-project-assignment.ts';
import { patched } from './patched.ts';
import { isWithin } from './peak-allocation.ts';
import { requireFreeShare } from './require-free-share.ts';
import { projectAssignments, uniqueProjectFields } from './tables.ts';

const input = z.object({
  id: uuidField,
  role: shortTextField.nullish(),
  allocationPercent: percentField.optional(),
  fromDate: dayField.nullish(),
  toDate: dayField.nullish(),
  saleRate: amountField.nullish(),
  externalReference: externalReferenceField.nullish(),
  allowOverbooking: z.boolean().nullish(),
  expectedVersion: versionField.nullish(),
});

/**
 * Changes an assignment; person and project stay. Needs project:write, and cost:read to set a rate. Throws OVERBOOKED
 * as `createProjectAssignment`, though not for a change that asks for no more than before.
 */
export async function updateProjectAssignment(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof input>,
): Promise<{ id: string }> {
  requirePermission(viewer, 'project:write');
  const { id, expectedVersion, allowOverbooking, ...patch } = checkInput(input, raw);
  if (patch.saleRate !== undefined) requirePermission(viewer, 'cost:read');
  const current = await lockVisible(tx, viewer, projectAssignments, id, 'ProjectAssignment');
  const shown = viewer.permissions.has('cost:read') ? current : { ...current, saleRate: null };
  requireVersion(shown, expectedVersion, 'ProjectAssignment');
  const planned = {
    id,
    profileId: current.profileId,
    allocationPercent: patched(patch.allocationPercent, current.allocationPercent),
    fromDate: patched(patch.fromDate, current.fromDate),
    toDate: patched(patch.toDate, current.toDate),
  };
  checkPeriod(planned.fromDate, planned.toDate, 'input.toDate');
  if (!allowOverbooking && !isWithin(planned, current)) await requireFreeShare(tx, planned);
  const changes = patchRow(tx, projectAssignments, current, patch, uniqueProjectFields);
  if (changes) {
    const action = 'projectAssignment.updated';
    await recordEvent(tx, viewer, { action, resourceType: 'ProjectAssignment', resourceId: id, ...changes });
  }
  return { id };
}
