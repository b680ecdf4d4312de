import { z } from 'zod';
import { getVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import { uuidField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { LiveList, LiveMarks } from '../../tenancy/live-marks.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { requireWriter } from './policy.ts';
import { channels } from './tables.ts';

const input = z.object({ channelId: uuidField, isTyping: z.boolean().nullish() });

/** How long somebody counts as typing after saying so; milliseconds. */
const lastsMs = 6_000;

/** The people who are typing in a channel. */
export const typingList = (organizationId: string, channelId: string): LiveList => ({
  organizationId,
  name: `typing ${channelId}`,
});

/**
 * Says that the viewer is typing in a channel, or has stopped. Stores nothing. Throws NOT_FOUND, and INVALID_STATE in
 * an archived channel.
 */
export async function signalTyping(
  tx: TenantTx,
  viewer: Viewer,
  marks: LiveMarks,
  raw: Raw<typeof input>,
): Promise<{ id: string }> {
  requireWriter(viewer);
  const { channelId, isTyping } = checkInput(input, raw);
  const channel = await getVisible(tx, viewer, channels, channelId, 'Channel', 'input.channelId');
  if (channel.archivedAt) {
    throw new AppError('INVALID_STATE', 'This channel is archived', { field: 'input.channelId' });
  }
  const list = typingList(viewer.organizationId, channelId);
  tx.onCommit(() => {
    if (isTyping === false) marks.clear(list, viewer.profileId);
    else marks.mark(list, viewer.profileId, lastsMs);
  });
  return { id: channelId };
}
