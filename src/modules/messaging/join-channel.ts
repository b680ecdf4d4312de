import { and, eq, inArray } from 'drizzle-orm';
import type { Viewer } from '../../identity/viewer.ts';
import { notFound } from '../../lib/errors.ts';
import { uuidv7 } from '../../lib/ids.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvents } from '../events/record-event.ts';
import { profiles } from '../people/tables.ts';
import { isOpen, mayJoin } from './policy.ts';
import { channelMembers, type channels } from './tables.ts';

type Channel = Pick<typeof channels.$inferSelect, 'id' | 'type' | 'lastMessageAt'>;

/**
 * Adds people to a locked channel; existing members stay unchanged. For people who could already see the channel,
 * nothing changes in what is unread; for others, all earlier messages count as read. Returns the ids of the new
 * memberships.
 */
export async function joinChannel(
  tx: TenantTx,
  viewer: Viewer,
  channel: Channel,
  profileIds: readonly string[],
): Promise<string[]> {
  const readUntil = await startOfReading(tx, channel, profileIds);
  const rows = profileIds.map((profileId) => ({
    id: uuidv7(),
    channelId: channel.id,
    profileId,
    lastReadAt: readUntil.get(profileId) ?? null,
  }));
  if (rows.length === 0) return [];
  const added = await tx
    .insert(channelMembers)
    .values(rows)
    .onConflictDoNothing()
    .returning({ id: channelMembers.id, profileId: channelMembers.profileId });
  const events = added.map(({ id, profileId }) => ({
    action: 'channelMember.created',
    resourceType: 'ChannelMember',
    resourceId: id,
    after: { channelId: channel.id, profileId },
  }));
  await recordEvents(tx, viewer, events);
  return added.map(({ id }) => id);
}

async function startOfReading(
  tx: TenantTx,
  channel: Channel,
  profileIds: readonly string[],
): Promise<Map<string, Date | null>> {
  if (!isOpen(channel)) return new Map(profileIds.map((id) => [id, channel.lastMessageAt]));
  const rows = await tx
    .select({ id: profiles.id, createdAt: profiles.createdAt })
    .from(profiles)
    .where(inArray(profiles.id, [...profileIds]));
  return new Map(rows.map(({ id, createdAt }) => [id, createdAt]));
}

/**
 * The viewer's membership, locked. Created if the channel is open to the viewer. In any other channel, a viewer without
 * a membership was removed after the channel was read: throws NOT_FOUND.
 */
export async function lockOwnMembership(tx: TenantTx, viewer: Viewer, channel: Channel) {
  if (mayJoin(viewer, channel)) await joinChannel(tx, viewer, channel, [viewer.profileId]);
  const [row] = await tx
    .select()
    .from(channelMembers)
    .where(and(eq(channelMembers.channelId, channel.id), eq(channelMembers.profileId, viewer.profileId)))
    .for('no key update');
  if (!row) throw notFound('Channel', 'input.channelId');
  return row;
}
