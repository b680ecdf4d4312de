import { z } from 'zod';
import { patchRow, requireVersion } from '../../access/rows.ts';
import { lockVisible, requireVisible } from '../../access/visible-rows.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { dayField, externalReferenceField, nameField, textField, uuidField, versionField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import { checkPeriod } from '../../lib/period.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { clients } from '../clients/tables.ts';
import { recordEvent } from '../events/record-event.ts';
import { profiles } from '../people/tables.ts';
import { codeField } from './create-project.ts';
import { patched } from './patched.ts';
import { projectStatuses, projects, uniqueProjectFields } from './tables.ts';

const input = z.object({
  id: uuidField,
  name: nameField.optional(),
  clientId: uuidField.optional(),
  managerId: uuidField.nullish(),
  code: codeField.optional(),
  description: textField.nullish(),
  startDate: dayField.optional(),
  expectedEndDate: dayField.nullish(),
  status: z.enum(projectStatuses).optional(),
  externalReference: externalReferenceField.nullish(),
  expectedVersion: versionField.nullish(),
});

/** Changes a project. Needs project:write. Absent fields stay, null clears. Throws ALREADY_EXISTS as `createProject`. */
export async function updateProject(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  requirePermission(viewer, 'project:write');
  const { id, expectedVersion, ...patch } = checkInput(input, raw);
  const current = await lockVisible(tx, viewer, projects, id, 'Project');
  requireVersion(current, expectedVersion, 'Project');
  checkPeriod(
    patched(patch.startDate, current.startDate),
    patched(patch.expectedEndDate, current.expectedEndDate),
    'input.expectedEndDate',
  );
  if (patch.clientId) requireVisible(tx, viewer, clients, patch.clientId, 'Client', 'input.clientId');
  if (patch.managerId) requireVisible(tx, viewer, profiles, patch.managerId, 'Profile', 'input.managerId');
  const changes = patchRow(tx, projects, current, patch, uniqueProjectFields);
  if (changes)
    await recordEvent(tx, viewer, { action: 'project.updated', resourceType: 'Project', resourceId: id, ...changes });
  return { id };
}
