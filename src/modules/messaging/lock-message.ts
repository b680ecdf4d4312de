import { eq } from 'drizzle-orm';
import { lockVisible, type Row } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { channels, messages } from './tables.ts';

/** A message that the viewer sees, locked. Throws NOT_FOUND, and INVALID_STATE if it was deleted. */
export async function lockMessage(
  tx: TenantTx,
  viewer: Viewer,
  id: string,
  field = 'input.id',
): Promise<Row<typeof messages>> {
  const message = await lockVisible(tx, viewer, messages, id, 'Message', field);
  if (message.deletedAt) throw new AppError('INVALID_STATE', 'This message was deleted', { field });
  return message;
}

/** Throws INVALID_STATE if the message's channel is archived. */
export async function requireChannelInUse(
  tx: TenantTx,
  { channelId }: Pick<Row<typeof messages>, 'channelId'>,
  field = 'input.id',
): Promise<void> {
  const [channel] = await tx
    .select({ archivedAt: channels.archivedAt })
    .from(channels)
    .where(eq(channels.id, channelId))
    .for('share');
  if (channel?.archivedAt) throw new AppError('INVALID_STATE', 'This channel is archived', { field });
}
