import { z } from 'zod';
import type { Viewer } from '../../identity/viewer.ts';
import { uuidField } from '../../lib/fields.ts';
import { uuidv7 } from '../../lib/ids.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { emojiField } from './emoji.ts';
import { lockMessage, requireChannelInUse } from './lock-message.ts';
import { requireWriter } from './policy.ts';
import { messageReactions } from './tables.ts';

const input = z.object({ messageId: uuidField, emoji: emojiField });

/**
 * Adds the viewer's reaction to a message; repeating it changes nothing. Throws NOT_FOUND, and INVALID_STATE for a
 * deleted message or an archived channel.
 */
export async function addReaction(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  requireWriter(viewer);
  const { messageId, emoji } = checkInput(input, raw);
  const message = await lockMessage(tx, viewer, messageId, 'input.messageId');
  await requireChannelInUse(tx, message, 'input.messageId');
  const added = await tx
    .insert(messageReactions)
    .values({ id: uuidv7(), messageId, profileId: viewer.profileId, emoji })
    .onConflictDoNothing()
    .returning({ id: messageReactions.id });
  if (added.length) {
    const event = {
      action: 'message.reactionAdded',
      resourceType: 'Message',
      resourceId: messageId,
      metadata: { emoji },
    };
    await recordEvent(tx, viewer, event);
  }
  return { id: messageId };
}
