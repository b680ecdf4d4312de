import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { insertionOf } from '../../access/rows.ts';
import { lockVisible, type Row } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError, badInput, notFound } from '../../lib/errors.ts';
import { externalReferenceField, uuidField } from '../../lib/fields.ts';
import { uuidv7 } from '../../lib/ids.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { attachmentsField, contentField, mentionsField } from './message-input.ts';
import { requireWriter } from './policy.ts';
import { requirePeople } from './require-people.ts';
import { channels, messageAttachments, messageMentions, messages, uniqueMessageFields } from './tables.ts';

const input = z.object({
  channelId: uuidField,
  content: contentField,
  parentId: uuidField.nullish(),
  mentionIds: mentionsField.nullish(),
  attachments: attachmentsField.nullish(),
  externalReference: externalReferenceField.nullish(),
});

type Attachments = z.output<typeof attachmentsField>;

/**
 * Sends a message to a channel that the viewer sees, optionally as an answer to another message. Throws NOT_FOUND for a
 * referenced object, BAD_INPUT for an answer to an answer, INVALID_STATE in an archived channel.
 */
export async function sendMessage(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  requireWriter(viewer);
  const { mentionIds, attachments, ...values } = checkInput(input, raw);
  // Writers lock the channel, which gives its messages a total order.
  const channel = await lockVisible(tx, viewer, channels, values.channelId, 'Channel', 'input.channelId');
  if (channel.archivedAt) {
    throw new AppError('INVALID_STATE', 'This channel is archived', { field: 'input.channelId' });
  }
  if (values.parentId) await requireFirstOfThread(tx, values.channelId, values.parentId);
  await requirePeople(tx, viewer, mentionIds ?? [], 'input.mentionIds');
  const createdAt = nextMoment(channel);
  const id = uuidv7(createdAt.getTime());
  const row = { id, ...values, senderId: viewer.profileId, createdAt };
  tx.send(insertionOf(messages, row, uniqueMessageFields));
  await tx
    .update(channels)
    .set({ lastMessageAt: createdAt, updatedAt: channel.updatedAt })
    .where(eq(channels.id, channel.id));
  await mention(tx, id, mentionIds ?? []);
  await attach(tx, id, attachments ?? []);
  // The text stays out of the log, whose entries cannot be deleted.
  const { content: _, ...after } = { ...row, mentionIds: mentionIds ?? [] };
  await recordEvent(tx, viewer, { action: 'message.sent', resourceType: 'Message', resourceId: id, after });
  return { id };
}

/** The current time, or one millisecond after the newest message, deleted ones included, if the clock is behind it. */
function nextMoment({
  lastMessageAt,
  deletedUntil,
}: Pick<Row<typeof channels>, 'lastMessageAt' | 'deletedUntil'>): Date {
  const newest = Math.max(lastMessageAt?.getTime() ?? 0, deletedUntil?.getTime() ?? 0);
  return new Date(Math.max(Date.now(), newest + 1));
}

async function requireFirstOfThread(tx: TenantTx, channelId: string, parentId: string): Promise<void> {
  const [parent] = await tx
    .select({ channelId: messages.channelId, parentId: messages.parentId })
    .from(messages)
    .where(eq(messages.id, parentId));
  if (parent?.channelId !== channelId) throw notFound('Message', 'input.parentId');
  if (parent.parentId)
    throw badInput('This message is an answer itself: answer the first message of its thread', 'input.parentId');
}

async function mention(tx: TenantTx, messageId: string, profileIds: readonly string[]): Promise<void> {
  if (profileIds.length === 0) return;
  await tx.insert(messageMentions).values(profileIds.map((profileId) => ({ messageId, profileId })));
}

async function attach(tx: TenantTx, messageId: string, attachments: Attachments): Promise<void> {
  if (attachments.length === 0) return;
  await tx
    .insert(messageAttachments)
    .values(attachments.map((attachment, position) => ({ id: uuidv7(), messageId, position, ...attachment })));
}
