import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Viewer } from '../../identity/viewer.ts';
import { uuidField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { emojiField } from './emoji.ts';
import { lockMessage, requireChannelInUse } from './lock-message.ts';
import { requireWriter } from './policy.ts';
import { messageReactions } from './tables.ts';

const input = z.object({ messageId: uuidField, emoji: emojiField });

/**
 * Removes the viewer's reaction, if there is one. Throws NOT_FOUND, and INVALID_STATE for a deleted message or an
 * archived channel.
 */
export async function removeReaction(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  requireWriter(viewer);
  const { messageId, emoji } = checkInput(input, raw);
  const message = await lockMessage(tx, viewer, messageId, 'input.messageId');
  await requireChannelInUse(tx, message, 'input.messageId');
  const own = and(eq(messageReactions.profileId, viewer.profileId), eq(messageReactions.emoji, emoji));
  const removed = await tx
    .delete(messageReactions)
    .where(and(eq(messageReactions.messageId, messageId), own))
    .returning({ id: messageReactions.id, createdAt: messageReactions.createdAt });
  if (removed.length) {
    const event = {
      action: 'message.reactionRemoved',
      resourceType: 'Message',
      resourceId: messageId,
      metadata: { emoji, was: removed[0] },
    };
    await recordEvent(tx, viewer, event);
  }
  return { id: messageId };
}
