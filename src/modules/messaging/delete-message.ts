import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { requireVersion, updateOf } from '../../access/rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { uuidField, versionField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { change } from '../events/record-event.ts';
import { lockMessage } from './lock-message.ts';
import { canEditMessage, forbidden, requireWriter } from './policy.ts';
import { messageAttachments, messageMentions, messageReactions, messages } from './tables.ts';

const input = z.object({ id: uuidField, expectedVersion: versionField.nullish() });

/** Deletes a message: its text, mentions, reactions and attachments go; its place and its answers stay. */
export async function deleteMessage(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  requireWriter(viewer);
  const { id, expectedVersion } = checkInput(input, raw);
  const current = await lockMessage(tx, viewer, id);
  if (!canEditMessage(viewer, current)) throw forbidden('Only the author or a moderator may delete this message');
  requireVersion(current, expectedVersion, 'Message');
  for (const part of [messageMentions, messageReactions, messageAttachments]) {
    await tx.delete(part).where(eq(part.messageId, id));
  }
  const deletedAt = new Date();
  await change(tx, viewer, {
    write: updateOf(messages, current, { content: '', deletedAt })!,
    event: { action: 'message.deleted', resourceType: 'Message', resourceId: id, after: { deletedAt } },
  });
  return { id };
}
