import { and, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { getVisible } from '../../access/visible-rows.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { notFound } from '../../lib/errors.ts';
import { uuidField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { lockOwnMembership } from './join-channel.ts';
import { channelMembers, channels, messageMentions, messages } from './tables.ts';

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
  if (!readAt) return { id: channelId };
  const advances = !lastReadAt || lastReadAt < readAt;
  if (advances) await tx.update(channelMembers).set({ lastReadAt: readAt }).where(eq(channelMembers.id, id));
  const mentions = await readMentions(tx, viewer, channelId, readAt);
  if (advances || mentions > 0) {
    await recordEvent(tx, viewer, {
      action: 'channelMember.read',
      resourceType: 'ChannelMember',
      resourceId: id,
      before: { lastReadAt },
      after: { lastReadAt: advances ? readAt : lastReadAt },
    });
  }
  return { id: channelId };
}

/** Marks as read the mentions that edits added to messages up to that time. Returns their number. */
async function readMentions(tx: TenantTx, { profileId }: Viewer, channelId: string, readAt: Date): Promise<number> {
  const upToThere = sql`${messageMentions.messageId} in (select ${messages.id} from ${messages}
    where ${messages.channelId} = ${channelId} and ${messages.createdAt} <= ${readAt.toISOString()}::timestamptz)`;
  const read = await tx
    .update(messageMentions)
    .set({ unread: false })
    .where(and(eq(messageMentions.profileId, profileId), sql`${messageMentions.unread}`, upToThere))
    .returning({ messageId: messageMentions.messageId });
  return read.length;
}

async function timeOf(tx: TenantTx, channelId: string, messageId: string): Promise<Date> {
  const [message] = await tx
    .select({ createdAt: messages.createdAt })
    .from(messages)
    .where(and(eq(messages.id, messageId), eq(messages.channelId, channelId)));
  if (!message) throw notFound('Message', 'input.messageId');
  return message.createdAt;
}
