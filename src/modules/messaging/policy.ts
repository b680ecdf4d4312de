import type { RowRule, WhereOf } from '../../access/row-rules.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import { ofReadableProjects } from '../projects/policy.ts';
import type { channels, channelTypes } from './tables.ts';

type ChannelType = (typeof channelTypes)[number];
type ChannelOwner = Pick<typeof channels.$inferSelect, 'type' | 'creatorId'>;

/** Types of channels that people see without having been added. */
const openTypes: readonly ChannelType[] = ['ORGANIZATION', 'PROJECT'];

export const isOpen = ({ type }: { type: ChannelType }): boolean => openTypes.includes(type);

/** Whether the viewer becomes a member of an open channel by using it. A CLIENT must be added. */
export const mayJoin = (viewer: Viewer, channel: { type: ChannelType }): boolean =>
  viewer.role !== 'CLIENT' && isOpen(channel);

/**
 * An ORGANIZATION channel is open to everybody except CLIENTs, a PROJECT channel to those of them who see the project;
 * GROUP and DIRECT channels are visible to their members. A CLIENT sees the channels that it was added to, but never
 * one of type ORGANIZATION.
 */
export function readableChannels(viewer: Viewer): RowRule<'channels'> {
  if (!viewer.permissions.has('channel:read')) return 'none';
  const joined = { members: { profileId: viewer.profileId } };
  if (viewer.role === 'CLIENT') return { type: { ne: 'ORGANIZATION' }, ...joined };
  const ofProjects = ofReadableProjects<'channels'>(viewer);
  if (ofProjects === 'all') return { OR: [{ type: { in: [...openTypes] } }, joined] };
  const closed = { type: { notIn: [...openTypes] }, ...joined };
  return { OR: [{ type: 'ORGANIZATION' }, { type: 'PROJECT', ...ofProjects }, closed] };
}

type OfChannel = 'channelMembers' | 'messages';
type OfMessage = 'messageReactions' | 'messageAttachments';

/** Whoever sees a channel sees its contents. */
export const readableInChannel = <T extends OfChannel>(viewer: Viewer): RowRule<T> =>
  within(readableChannels(viewer), (channel) => ({ channel })) as RowRule<T>;

export const readableOfMessage = <T extends OfMessage>(viewer: Viewer): RowRule<T> =>
  within(readableChannels(viewer), (channel) => ({ message: { channel } })) as RowRule<T>;

const within = (rule: RowRule<'channels'>, place: (channel: WhereOf<'channels'>) => object): RowRule =>
  typeof rule === 'string' ? rule : (place(rule) as RowRule);

/** Throws FORBIDDEN without channel:write. The viewer may write in every channel that it sees. */
export const requireWriter = (viewer: Viewer): void => requirePermission(viewer, 'channel:write');

/** Everybody except CLIENTs may open channels. Throws FORBIDDEN. */
export function requireChannelMaker(viewer: Viewer): void {
  requireWriter(viewer);
  if (viewer.role === 'CLIENT') throw new AppError('FORBIDDEN', 'A CLIENT cannot open or change channels');
}

/** The creator and moderators may change a channel. */
export const canManageChannel = (viewer: Viewer, { creatorId }: ChannelOwner): boolean =>
  viewer.role !== 'CLIENT' && (viewer.permissions.has('channel:moderate') || creatorId === viewer.profileId);

/** Any member may add people to a GROUP; only managers add people to an open channel. */
export const canAddMembers = (viewer: Viewer, channel: ChannelOwner): boolean =>
  viewer.role !== 'CLIENT' && (channel.type === 'GROUP' || canManageChannel(viewer, channel));

/** The author and moderators may change a message. */
export const canEditMessage = (viewer: Viewer, { senderId }: { senderId: string | null }): boolean =>
  senderId === viewer.profileId || viewer.permissions.has('channel:moderate');

export const forbidden = (message: string): AppError => new AppError('FORBIDDEN', message);
