import { and, eq, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import { requireVersion, updateOf } from '../../access/rows.ts';
import { getVisible, type Row } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { uuidField, versionField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { change } from '../events/record-event.ts';
import { lockMessage } from './lock-message.ts';
import { canEditMessage, forbidden, requireWriter } from './policy.ts';
import { channels, messageAttachments, messageMentions, messageReactions, messages } from './tables.ts';

const input = z.object({ id: uuidField, expectedVersion: versionField.nullish() });

/** Deletes the text, mentions, reactions and attachments of a message. A tombstone and the answers stay. */
export async function deleteMessage(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  requireWriter(viewer);
  const { id, expectedVersion } = checkInput(input, raw);
  // Locks the channel before the message, as every writer does
  const { channelId } = await getVisible(tx, viewer, messages, id, 'Message');
  await tx.select({ id: channels.id }).from(channels).where(eq(channels.id, channelId)).for('no key update');
  const current = await lockMessage(tx, viewer, id);
  if (!canEditMessage(viewer, current)) throw forbidden('Only the author or a moderator may delete this message');
  requireVersion(current, expectedVersion, 'Message');
  for (const part of [messageMentions, messageReactions, messageAttachments]) {
    await tx.delete(part).where(eq(part.messageId, id));
  }
  const deletedAt = new Date();
  await change(tx, viewer, {
    write: updateOf(messages, current, { content: '', deletedAt })!,
    event: {
      action: 'message.deleted',
      resourceType: 'Message',
      resourceId: id,
      before: { deletedAt: null },
      after: { deletedAt },
    },
  });
  await moveLastMessageBack(tx, current);
  return { id };
}

/** Finds the new newest message of the channel, if this one was the newest. */
async function moveLastMessageBack(tx: TenantTx, { id, channelId, createdAt }: Row<typeof messages>): Promise<void> {
  const { lastMessageAt, deletedUntil, updatedAt } = channels;
  const others = and(eq(messages.channelId, channelId), isNull(messages.deletedAt), sql`${messages.id} <> ${id}`);
  const newest = sql`(select max(${messages.createdAt}) from ${messages} where ${others})`;
  await tx
    .update(channels)
    .set({
      lastMessageAt: newest,
      deletedUntil: sql`greatest(${deletedUntil}, ${createdAt.toISOString()}::timestamptz)`,
      // A message does not count as a change of its channel, so `updatedAt` stays
      updatedAt: sql`${updatedAt}`,
    })
    .where(and(eq(channels.id, channelId), sql`${lastMessageAt} <= ${createdAt.toISOString()}::timestamptz`));
}
