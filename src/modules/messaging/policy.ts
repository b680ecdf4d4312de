import type { RowRule, WhereOf } from '../../access/row-rules.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import type { channels, channelTypes } from './tables.ts';

type ChannelType = (typeof channelTypes)[number];
type ChannelOwner = Pick<typeof channels.$inferSelect, 'type' | 'creatorId'>;

/** Channels that people see without having been added. */
const openTypes: readonly ChannelType[] = ['ORGANIZATION', 'PROJECT'];

export const isOpen = ({ type }: { type: ChannelType }): boolean => openTypes.includes(type);

/** Who is in an open channel by using it; a CLIENT is where it was added, and nowhere else. */
export const mayJoin = (viewer: Viewer, channel: { type: ChannelType }): boolean =>
  viewer.role !== 'CLIENT' && isOpen(channel);

/**
 * ORGANIZATION and PROJECT channels are open to all but a CLIENT; GROUP and DIRECT ones are seen by their members. A
 * CLIENT sees what it was added to, and never a channel of the organization.
 */
export function readableChannels(viewer: Viewer): RowRule<'channels'> {
  if (!viewer.permissions.has('channel:read')) return 'none';
  const joined = { members: { profileId: viewer.profileId } };
  if (viewer.role === 'CLIENT') return { type: { ne: 'ORGANIZATION' }, ...joined };
  return { OR: [{ type: { in: [...openTypes] } }, joined] };
}

type OfChannel = 'channelMembers' | 'messages';
type OfMessage = 'messageReactions' | 'messageAttachments';

/** Whoever sees a channel sees what is in it. */
export const readableInChannel = <T extends OfChannel>(viewer: Viewer): RowRule<T> =>
  within(readableChannels(viewer), (channel) => ({ channel })) as RowRule<T>;

export const readableOfMessage = <T extends OfMessage>(viewer: Viewer): RowRule<T> =>
  within(readableChannels(viewer), (channel) => ({ message: { channel } })) as RowRule<T>;

const within = (rule: RowRule<'channels'>, place: (channel: WhereOf<'channels'>) => object): RowRule =>
  typeof rule === 'string' ? rule : (place(rule) as RowRule);

/** Throws FORBIDDEN without channel:write. Which channels one may write in is a matter of which one sees. */
export const requireWriter = (viewer: Viewer): void => requirePermission(viewer, 'channel:write');

/** Everybody but a CLIENT may open channels. Throws FORBIDDEN. */
export function requireChannelMaker(viewer: Viewer): void {
  requireWriter(viewer);
  if (viewer.role === 'CLIENT') throw new AppError('FORBIDDEN', 'A CLIENT cannot open or change channels');
}

/** A channel is changed by its creator and by moderators. */
export const canManageChannel = (viewer: Viewer, { creatorId }: ChannelOwner): boolean =>
  viewer.role !== 'CLIENT' && (viewer.permissions.has('channel:moderate') || creatorId === viewer.profileId);

/** Any member of a GROUP may bring others; who is added to an open channel is up to who manages it. */
export const canAddMembers = (viewer: Viewer, channel: ChannelOwner): boolean =>
  viewer.role !== 'CLIENT' && (channel.type === 'GROUP' || canManageChannel(viewer, channel));

/** A message is changed by its author, and by moderators. */
export const canEditMessage = (viewer: Viewer, { senderId }: { senderId: string | null }): boolean =>
  senderId === viewer.profileId || viewer.permissions.has('channel:moderate');

export const forbidden = (message: string): AppError => new AppError('FORBIDDEN', message);
