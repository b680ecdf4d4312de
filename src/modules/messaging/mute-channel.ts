import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { getVisible } from '../../access/visible-rows.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { uuidField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { lockOwnMembership } from './join-channel.ts';
import { channelMembers, channels } from './tables.ts';

const input = z.object({ channelId: uuidField, muted: z.boolean() });

/** Mutes a channel for the viewer, or unmutes it. Throws NOT_FOUND. */
export async function muteChannel(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  requirePermission(viewer, 'channel:read');
  const { channelId, muted } = checkInput(input, raw);
  const channel = await getVisible(tx, viewer, channels, channelId, 'Channel', 'input.channelId');
  const member = await lockOwnMembership(tx, viewer, channel);
  if (member.muted === muted) return { id: channelId };
  await tx.update(channelMembers).set({ muted }).where(eq(channelMembers.id, member.id));
  // The event does not say whether it was muted or unmuted, because others may read the log.
  await recordEvent(tx, viewer, {
    action: 'channelMember.updated',
    resourceType: 'ChannelMember',
    resourceId: member.id,
  });
  return { id: channelId };
}
