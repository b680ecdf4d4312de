import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { lockVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError, notFound } from '../../lib/errors.ts';
import { uuidField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { canManageChannel, forbidden } from './policy.ts';
import { channelMembers, channels } from './tables.ts';

const input = z.object({ channelId: uuidField, profileId: uuidField });

/**
 * Removes a person from a channel: the viewer, or as manager somebody else. An open channel stays visible to that
 * person. Throws NOT_FOUND, FORBIDDEN, and INVALID_STATE for a direct channel.
 */
export async function removeChannelMember(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof input>,
): Promise<{ id: string }> {
  const { channelId, profileId } = checkInput(input, raw);
  const channel = await lockVisible(tx, viewer, channels, channelId, 'Channel', 'input.channelId');
  if (channel.type === 'DIRECT') {
    throw new AppError('INVALID_STATE', 'Nobody can leave a direct channel', { field: 'input.channelId' });
  }
  if (profileId !== viewer.profileId && !canManageChannel(viewer, channel)) {
    throw forbidden('Only the channel’s creator or a moderator may remove other people');
  }
  const [removed] = await tx
    .delete(channelMembers)
    .where(and(eq(channelMembers.channelId, channelId), eq(channelMembers.profileId, profileId)))
    .returning();
  if (!removed) throw notFound('ChannelMember', 'input.profileId');
  const { muted: _, ...before } = removed;
  await recordEvent(tx, viewer, {
    action: 'channelMember.deleted',
    resourceType: 'ChannelMember',
    resourceId: before.id,
    before,
  });
  return { id: channelId };
}
