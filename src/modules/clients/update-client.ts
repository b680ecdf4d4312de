import { z } from 'zod';
import { patchRow, requireVersion } from '../../access/rows.ts';
import { lockVisible, requireVisible } from '../../access/visible-rows.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { externalReferenceField, nameField, shortTextField, uuidField, versionField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvent } from '../events/record-event.ts';
import { profiles } from '../people/tables.ts';
import { clients, uniqueClientFields } from './tables.ts';

const input = z.object({
  id: uuidField,
  name: nameField.optional(),
  mainContact: shortTextField.nullish(),
  contactId: uuidField.nullish(),
  sector: shortTextField.nullish(),
  externalReference: externalReferenceField.nullish(),
  expectedVersion: versionField.nullish(),
});

/** Changes a client. Needs client:write. Absent fields stay, null clears. */
export async function updateClient(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  requirePermission(viewer, 'client:write');
  const { id, expectedVersion, ...patch } = checkInput(input, raw);
  const current = await lockVisible(tx, viewer, clients, id, 'Client');
  requireVersion(current, expectedVersion, 'Client');
  if (patch.contactId) requireVisible(tx, viewer, profiles, patch.contactId, 'Profile', 'input.contactId');
  const changes = patchRow(tx, clients, current, patch, uniqueClientFields);
  if (changes)
    await recordEvent(tx, viewer, { action: 'client.updated', resourceType: 'Client', resourceId: id, ...changes });
  return { id };
}
