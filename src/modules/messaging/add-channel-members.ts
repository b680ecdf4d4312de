import { z } from 'zod';
import { lockVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import { uuidField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { joinChannel } from './join-channel.ts';
import { canAddMembers, forbidden } from './policy.ts';
import { requirePeople } from './require-people.ts';
import { channels } from './tables.ts';

const input = z.object({ channelId: uuidField, profileIds: z.array(uuidField).min(1).max(500) });

/**
 * Adds people to a group (as one of its members) or to an open channel (as its manager): this is how a CLIENT joins a
 * project's channel. Throws NOT_FOUND, FORBIDDEN, and INVALID_STATE for a direct channel.
 */
export async function addChannelMembers(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  const { channelId, profileIds } = checkInput(input, raw);
  const channel = await lockVisible(tx, viewer, channels, channelId, 'Channel', 'input.channelId');
  if (channel.type === 'DIRECT') {
    throw new AppError('INVALID_STATE', 'A direct channel takes no further people', { field: 'input.channelId' });
  }
  if (!canAddMembers(viewer, channel)) throw forbidden('You may not add people to this channel');
  await requirePeople(tx, viewer, profileIds, 'input.profileIds');
  await joinChannel(tx, viewer, channel, [...new Set(profileIds)]);
  return { id: channelId };
}
