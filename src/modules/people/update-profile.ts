import { z } from 'zod';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import {
  emailField,
  externalReferenceField,
  nameField,
  shortTextField,
  uuidField,
  versionField,
} from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { lockRow, patchRow, requireVersion } from '../../tenancy/rows.ts';
import { recordEvent } from '../events/record-event.ts';
import { canEditProfile } from './policy.ts';
import { presenceStatuses, profiles } from './tables.ts';

const input = z.object({
  id: uuidField,
  firstName: nameField.optional(),
  lastName: z.string().trim().max(200).optional(),
  email: emailField.nullish(),
  phone: shortTextField.nullish(),
  avatarUrl: z.url().max(2000).nullish(),
  presence: z.enum(presenceStatuses).optional(),
  managerId: uuidField.nullish(),
  externalReference: externalReferenceField.nullish(),
  expectedVersion: versionField.nullish(),
});

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
  const current = await lockRow(tx, profiles, id, 'Profile');
  requireVersion(current, expectedVersion, 'Profile');
  if (current.userId && patch.email !== undefined && patch.email !== current.email) {
    throw new AppError('INVALID_STATE', 'The address of a member comes from the account', { field: 'input.email' });
  }
  if (patch.managerId) await requireNoCycle(tx, id, patch.managerId);
  const seen = patch.presence ? { lastSeenAt: new Date() } : {};
  const changes = await patchRow(tx, profiles, current, { ...patch, ...seen });
  if (changes)
    await recordEvent(tx, viewer, { action: 'profile.updated', resourceType: 'Profile', resourceId: id, ...changes });
  return { id };
}

/** Walks up from the new manager; every step is locked, so two changes at once cannot close a cycle together. */
async function requireNoCycle(tx: TenantTx, profileId: string, managerId: string): Promise<void> {
  for (let at: string | null = managerId; at !== null; ) {
    if (at === profileId) throw new AppError('CYCLE', 'Nobody can report to themselves', { field: 'input.managerId' });
    const step: { managerId: string | null } = await lockRow(tx, profiles, at, 'Profile', 'input.managerId');
    at = step.managerId;
  }
}
