import { z } from 'zod';
import { insertRow } from '../../access/rows.ts';
import { requireVisible } from '../../access/visible-rows.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { externalReferenceField, nameField, shortTextField, uuidField } from '../../lib/fields.ts';
import { uuidv7 } from '../../lib/ids.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvent } from '../events/record-event.ts';
import { profiles } from '../people/tables.ts';
import { clients, uniqueClientFields } from './tables.ts';

const input = z.object({
  name: nameField,
  mainContact: shortTextField.nullish(),
  contactId: uuidField.nullish(),
  sector: shortTextField.nullish(),
  externalReference: externalReferenceField.nullish(),
});

/** Adds a client. Needs client:write. Throws ALREADY_EXISTS on the external reference. */
export async function createClient(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  requirePermission(viewer, 'client:write');
  const values = checkInput(input, raw);
  if (values.contactId) requireVisible(tx, viewer, profiles, values.contactId, 'Profile', 'input.contactId');
  const id = uuidv7();
  insertRow(tx, clients, { id, ...values }, uniqueClientFields);
  await recordEvent(tx, viewer, { action: 'client.created', resourceType: 'Client', resourceId: id, after: values });
  return { id };
}
