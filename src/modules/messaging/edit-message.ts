import { and, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import { requireVersion, updateOf } from '../../access/rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { uuidField, versionField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { change } from '../events/record-event.ts';
import { lockMessage, requireChannelInUse } from './lock-message.ts';
import { contentField, mentionsField } from './message-input.ts';
import { canEditMessage, forbidden, requireWriter } from './policy.ts';
import { requirePeople } from './require-people.ts';
import { messageMentions, messages } from './tables.ts';

const input = z.object({
  id: uuidField,
  content: contentField,
  mentionIds: mentionsField.optional(),
  expectedVersion: versionField.nullish(),
});

/**
 * Changes the text of a message, and its mentions if given: it becomes unread for newly mentioned people. Allowed for
 * its author and for moderators. Throws INVALID_STATE in an archived channel.
 */
export async function editMessage(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  requireWriter(viewer);
  const { id, content, mentionIds, expectedVersion } = checkInput(input, raw);
  const current = await lockMessage(tx, viewer, id);
  if (!canEditMessage(viewer, current)) throw forbidden('Only the author or a moderator may change this message');
  requireVersion(current, expectedVersion, 'Message');
  await requireChannelInUse(tx, current);
  const mentions = mentionIds && (await replaceMentions(tx, viewer, id, mentionIds));
  if (content === current.content && !mentions) return { id };
  const editedAt = new Date();
  await change(tx, viewer, {
    write: updateOf(messages, current, { content, editedAt })!,
    event: {
      action: 'message.edited',
      resourceType: 'Message',
      resourceId: id,
      before: { editedAt: current.editedAt, ...(mentions && { mentionIds: mentions }) },
      after: { editedAt, ...(mentions && { mentionIds }) },
    },
  });
  return { id };
}

/** Replaces the mentions of a message. Returns the people mentioned before; undefined if nothing changes. */
async function replaceMentions(
  tx: TenantTx,
  viewer: Viewer,
  messageId: string,
  profileIds: readonly string[],
): Promise<string[] | undefined> {
  await requirePeople(tx, viewer, profileIds, 'input.mentionIds');
  const ofMessage = eq(messageMentions.messageId, messageId);
  const rows = await tx.select({ profileId: messageMentions.profileId }).from(messageMentions).where(ofMessage);
  const before = rows.map(({ profileId }) => profileId);
  const removed = before.filter((id) => !profileIds.includes(id));
  const added = profileIds.filter((id) => !before.includes(id));
  if (removed.length)
    await tx.delete(messageMentions).where(and(ofMessage, inArray(messageMentions.profileId, removed)));
  if (added.length)
    await tx.insert(messageMentions).values(added.map((profileId) => ({ messageId, profileId, unread: true })));
  return removed.length || added.length ? before : undefined;
}
