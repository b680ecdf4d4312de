import { z } from 'zod';
import { insertRow } from '../../access/rows.ts';
import { requireVisible } from '../../access/visible-rows.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { amountField, dayField, externalReferenceField, shortTextField, uuidField } from '../../lib/fields.ts';
import { uuidv7 } from '../../lib/ids.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import { checkPeriod } from '../../lib/period.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvent } from '../events/record-event.ts';
import { profiles } from '../people/tables.ts';
import { requireFreeShare } from './require-free-share.ts';
import { projectAssignments, projects, uniqueProjectFields } from './tables.ts';

export const percentField = z.number().int().min(1).max(100);

const orNull = <T>(value: T | null | undefined): T | null => value ?? null;

const input = z.object({
  projectId: uuidField,
  profileId: uuidField,
  role: shortTextField.nullish(),
  allocationPercent: percentField.nullish().transform((percent) => percent ?? 100),
  fromDate: dayField.nullish().transform(orNull),
  toDate: dayField.nullish().transform(orNull),
  saleRate: amountField.nullish(),
  externalReference: externalReferenceField.nullish(),
  allowOverbooking: z.boolean().nullish(),
});

/**
 * Puts a person on a project. Needs project:write, and cost:read to set a rate. Throws OVERBOOKED when the person would
 * pass 100 % on any day, unless that is allowed.
 */
export async function createProjectAssignment(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof input>,
): Promise<{ id: string }> {
  requirePermission(viewer, 'project:write');
  const { allowOverbooking, ...values } = checkInput(input, raw);
  if (values.saleRate !== undefined) requirePermission(viewer, 'cost:read');
  checkPeriod(values.fromDate, values.toDate, 'input.toDate');
  requireVisible(tx, viewer, projects, values.projectId, 'Project', 'input.projectId');
  requireVisible(tx, viewer, profiles, values.profileId, 'Profile', 'input.profileId');
  const planned = { id: uuidv7(), ...values };
  if (!allowOverbooking) await requireFreeShare(tx, planned);
  insertRow(tx, projectAssignments, planned, uniqueProjectFields);
  await recordEvent(tx, viewer, {
    action: 'projectAssignment.created',
    resourceType: 'ProjectAssignment',
    resourceId: planned.id,
    after: values,
  });
  return { id: planned.id };
}
