import { z } from 'zod';
import { requireVersion, updateOf } from '../../access/rows.ts';
import { lockVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import { externalReferenceField, nameField, textField, uuidField, versionField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { change } from '../events/record-event.ts';
import { canManageChannel, forbidden } from './policy.ts';
import { channels, uniqueChannelFields } from './tables.ts';

const input = z.object({
  id: uuidField,
  name: nameField.optional(),
  description: textField.nullish(),
  archived: z.boolean().optional(),
  externalReference: externalReferenceField.nullish(),
  expectedVersion: versionField.nullish(),
});

/**
 * Changes, archives or reopens a channel that is not direct. Allowed for its creator and for moderators. Throws
 * NOT_FOUND, FORBIDDEN, STALE_VERSION, INVALID_STATE.
 */
export async function updateChannel(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  const { id, expectedVersion, archived, ...patch } = checkInput(input, raw);
  const current = await lockVisible(tx, viewer, channels, id, 'Channel');
  if (current.type === 'DIRECT') {
    throw new AppError('INVALID_STATE', 'A direct channel cannot be changed', { field: 'input.id' });
  }
  if (!canManageChannel(viewer, current)) throw forbidden('Only the channel’s creator or a moderator may change it');
  requireVersion(current, expectedVersion, 'Channel');
  const archivedAt = archived === undefined ? undefined : archived ? (current.archivedAt ?? new Date()) : null;
  const write = updateOf(
    channels,
    current,
    { ...patch, ...(archivedAt !== undefined && { archivedAt }) },
    uniqueChannelFields,
  );
  if (write) {
    const event = { action: 'channel.updated', resourceType: 'Channel', resourceId: id, ...write.changes };
    await change(tx, viewer, { write, event });
  }
  return { id };
}
