import type { Context } from '../../graphql/context.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { extrasOfViewer } from '../../graphql/declare/viewer-extras.ts';
import { Channel } from './channel.ts';
import { ChannelMember } from './channel-member.ts';
import { Message } from './message.ts';
import { mentionsOf, unreadOf } from './unread.ts';

const unread = extrasOfViewer(({ profileId }) => ({ extras: { unreadCount: unreadOf(profileId) } }));
const mentions = extrasOfViewer(({ profileId }) => ({ extras: { mentionCount: mentionsOf(profileId) } }));

const newest = {
  where: { deletedAt: { isNull: true } },
  orderBy: { createdAt: 'desc', id: 'desc' },
  limit: 1,
} as const;

builder.drizzleObjectFields(Channel, (t) => ({
  unreadCount: t.int({
    description:
      'Number of unread messages from others, without deleted ones; of answers, only those in threads that you started, ' +
      'wrote in or were mentioned in.',
    select: (_args: object, ctx: Context) => unread(ctx),
    resolve: ({ unreadCount }) => unreadCount,
  }),
  mentionCount: t.int({
    description: 'Number of unread messages that mention you.',
    select: (_args: object, ctx: Context) => mentions(ctx),
    resolve: ({ mentionCount }) => mentionCount,
  }),
  lastMessage: t.field({
    type: Message,
    nullable: true,
    description: 'The newest message that is not deleted.',
    select: (_args, _ctx, nested) => ({ columns: {}, with: { newest: nested(newest) } }),
    resolve: ({ newest: [message] }) => message ?? null,
  }),
  membership: t.field({
    type: ChannelMember,
    nullable: true,
    description: 'Your own membership; null in an open channel that you have not joined.',
    select: (_args, ctx, nested) => ({
      columns: {},
      with: { own: nested({ where: { profileId: ctx.viewer.profileId }, orderBy: { id: 'asc' }, limit: 1 }) },
    }),
    resolve: ({ own: [member] }) => member ?? null,
  }),
}));
