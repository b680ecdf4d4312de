import { z } from 'zod';
import { leadsTo } from '../../access/leads-to.ts';
import { patchRow, requireVersion } from '../../access/rows.ts';
import { lockRule } from '../../access/rule-lock.ts';
import { lockVisible, requireVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { maxCharacters } from '../../lib/characters.ts';
import { AppError } from '../../lib/errors.ts';
import {
  emailField,
  externalReferenceField,
  nameField,
  shortTextField,
  uuidField,
  versionField,
  webAddressField,
} from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvent } from '../events/record-event.ts';
import { canEditProfile } from './policy.ts';
import { presenceStatuses, profiles, uniqueProfileFields } from './tables.ts';

const input = z.object({
  id: uuidField,
  firstName: nameField.optional(),
  lastName: z.string().trim().check(maxCharacters(200)).optional(),
  email: emailField.nullish(),
  phone: shortTextField.nullish(),
  avatarUrl: webAddressField.nullish(),
  presence: z.enum(presenceStatuses).optional(),
  managerId: uuidField.nullish(),
  externalReference: externalReferenceField.nullish(),
  expectedVersion: versionField.nullish(),
});

const reporting = { table: profiles, from: profiles.id, to: profiles.managerId };

/** Fields that only people:manage may change, also on one's own profile. */
const managed = ['managerId', 'externalReference'] as const;

/**
 * Changes a person. Members may change their own profile but not their manager. Throws CYCLE when the person would
 * report to somebody who reports to them.
 */
export async function updateProfile(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  const { id, expectedVersion, ...patch } = checkInput(input, raw);
  const manages = viewer.permissions.has('people:manage');
  if (!canEditProfile(viewer, id) || (!manages && managed.some((field) => patch[field] !== undefined))) {
    throw new AppError('FORBIDDEN', 'You may change your own profile only, and not whom you report to');
  }
  // Two changes at once could close a cycle together: each would see the other's end of it still open
  if (patch.managerId) lockRule(tx, 'reporting lines');
  const current = await lockVisible(tx, viewer, profiles, id, 'Profile');
  requireVersion(current, expectedVersion, 'Profile');
  if (current.userId && patch.email !== undefined && patch.email !== current.email) {
    throw new AppError('INVALID_STATE', 'The address of a member comes from the account', { field: 'input.email' });
  }
  if (patch.managerId) {
    requireVisible(tx, viewer, profiles, patch.managerId, 'Profile', 'input.managerId');
    if (await leadsTo(tx, reporting, patch.managerId, id)) {
      throw new AppError('CYCLE', 'Nobody can report to themselves', { field: 'input.managerId' });
    }
  }
  const seen = patch.presence ? { lastSeenAt: new Date() } : {};
  const changes = patchRow(tx, profiles, current, { ...patch, ...seen }, uniqueProfileFields);
  if (changes)
    await recordEvent(tx, viewer, { action: 'profile.updated', resourceType: 'Profile', resourceId: id, ...changes });
  return { id };
}
