import { z } from 'zod';
import { patchRow, requireVersion } from '../../access/rows.ts';
import { lockVisible } from '../../access/visible-rows.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { dayField, externalReferenceField, nameField, uuidField, versionField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import { checkPeriod } from '../../lib/period.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvent } from '../events/record-event.ts';
import { positionField } from './create-project-phase.ts';
import { patched } from './patched.ts';
import { projectPhases, uniqueProjectFields } from './tables.ts';

const input = z.object({
  id: uuidField,
  name: nameField.optional(),
  position: positionField.optional(),
  startDate: dayField.nullish(),
  endDate: dayField.nullish(),
  externalReference: externalReferenceField.nullish(),
  expectedVersion: versionField.nullish(),
});

/** Changes a phase; it stays in its project. Needs project:write. Absent fields stay, null clears. */
export async function updateProjectPhase(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof input>,
): Promise<{ id: string }> {
  requirePermission(viewer, 'project:write');
  const { id, expectedVersion, ...patch } = checkInput(input, raw);
  const current = await lockVisible(tx, viewer, projectPhases, id, 'ProjectPhase');
  requireVersion(current, expectedVersion, 'ProjectPhase');
  checkPeriod(patched(patch.startDate, current.startDate), patched(patch.endDate, current.endDate), 'input.endDate');
  const changes = patchRow(tx, projectPhases, current, patch, uniqueProjectFields);
  if (changes) {
    const action = 'projectPhase.updated';
    await recordEvent(tx, viewer, { action, resourceType: 'ProjectPhase', resourceId: id, ...changes });
  }
  return { id };
}
