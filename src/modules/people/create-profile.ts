import { z } from 'zod';
import { insertRow } from '../../access/rows.ts';
import { requireVisible } from '../../access/visible-rows.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { maxCharacters } from '../../lib/characters.ts';
import {
  emailField,
  externalReferenceField,
  nameField,
  shortTextField,
  uuidField,
  webAddressField,
} from '../../lib/fields.ts';
import { uuidv7 } from '../../lib/ids.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvent } from '../events/record-event.ts';
import { profiles, uniqueProfileFields } from './tables.ts';

const input = z.object({
  firstName: nameField,
  lastName: z
    .string()
    .trim()
    .check(maxCharacters(200))
    .nullish()
    .transform((text) => text ?? ''),
  email: emailField.nullish(),
  phone: shortTextField.nullish(),
  avatarUrl: webAddressField.nullish(),
  managerId: uuidField.nullish(),
  externalReference: externalReferenceField.nullish(),
});

/** Adds a person who has no account: a contact, or somebody from before. Throws ALREADY_EXISTS on the external reference. */
export async function createProfile(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  requirePermission(viewer, 'people:manage');
  const values = checkInput(input, raw);
  if (values.managerId) requireVisible(tx, viewer, profiles, values.managerId, 'Profile', 'input.managerId');
  const id = uuidv7();
  insertRow(tx, profiles, { id, ...values }, uniqueProfileFields);
  await recordEvent(tx, viewer, { action: 'profile.created', resourceType: 'Profile', resourceId: id, after: values });
  return { id };
}
