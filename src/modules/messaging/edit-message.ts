import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { requireVersion, updateOf } from '../../access/rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { uuidField, versionField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { change } from '../events/record-event.ts';
import { lockMessage, requireChannelInUse } from './lock-message.ts';
import { contentField, mentionsField } from './message-input.ts';
import { canEditMessage, forbidden, requireWriter } from './policy.ts';
import { requirePeople } from './require-people.ts';
import { mention } from './send-message.ts';
import { messageMentions, messages } from './tables.ts';

const input = z.object({
  id: uuidField,
  content: contentField,
  mentionIds: mentionsField.optional(),
  expectedVersion: versionField.nullish(),
});

/**
 * Changes the text of a message, and its mentions if given. Allowed for its author and for moderators. Throws
 * INVALID_STATE in an archived channel.
 */
export async function editMessage(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  requireWriter(viewer);
  const { id, content, mentionIds, expectedVersion } = checkInput(input, raw);
  const current = await lockMessage(tx, viewer, id);
  if (!canEditMessage(viewer, current)) throw forbidden('Only the author or a moderator may change this message');
  requireVersion(current, expectedVersion, 'Message');
  await requireChannelInUse(tx, current);
  if (content === current.content && mentionIds === undefined) return { id };
  if (mentionIds) await mentionOthers(tx, viewer, id, mentionIds);
  const editedAt = new Date();
  await change(tx, viewer, {
    write: updateOf(messages, current, { content, editedAt })!,
    event: {
      action: 'message.edited',
      resourceType: 'Message',
      resourceId: id,
      before: { editedAt: current.editedAt },
      after: { editedAt, ...(mentionIds && { mentionIds }) },
    },
  });
  return { id };
}

async function mentionOthers(tx: TenantTx, viewer: Viewer, id: string, profileIds: readonly string[]): Promise<void> {
  await requirePeople(tx, viewer, profileIds, 'input.mentionIds');
  await tx.delete(messageMentions).where(eq(messageMentions.messageId, id));
  await mention(tx, id, profileIds);
}
