import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { getVisible } from '../../access/visible-rows.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { notFound } from '../../lib/errors.ts';
import { uuidField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvent } from '../events/record-event.ts';
import { lockOwnMembership } from './join-channel.ts';
import { channelMembers, channels, messages } from './tables.ts';

const input = z.object({ channelId: uuidField, messageId: uuidField.nullish() });

/**
 * Marks a channel as read by the viewer, up to a message or to its end; never marks anything as unread. Throws
 * NOT_FOUND for the channel, and for a message that is not in it.
 */
export async function markChannelRead(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  requirePermission(viewer, 'channel:read');
  const { channelId, messageId } = checkInput(input, raw);
  const channel = await getVisible(tx, viewer, channels, channelId, 'Channel', 'input.channelId');
  const readAt = messageId ? await timeOf(tx, channelId, messageId) : channel.lastMessageAt;
  const { id, lastReadAt } = await lockOwnMembership(tx, viewer, channel);
  if (readAt && (!lastReadAt || lastReadAt < readAt)) {
    await tx.update(channelMembers).set({ lastReadAt: readAt }).where(eq(channelMembers.id, id));
    await recordEvent(tx, viewer, {
      action: 'channelMember.read',
      resourceType: 'ChannelMember',
      resourceId: id,
      before: { lastReadAt },
      after: { lastReadAt: readAt },
    });
  }
  return { id: channelId };
}

async function timeOf(tx: TenantTx, channelId: string, messageId: string): Promise<Date> {
  const [message] = await tx
    .select({ createdAt: messages.createdAt })
    .from(messages)
    .where(and(eq(messages.id, messageId), eq(messages.channelId, channelId)));
  if (!message) throw notFound('Message', 'input.messageId');
  return message.createdAt;
}
