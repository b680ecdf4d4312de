import { defineMutation } from '../../graphql/declare/mutation.ts';
import { changedList } from '../../graphql/declare/payload.ts';
import { markAllNotificationsRead, markNotificationsRead, mostMarked } from './mark-read.ts';
import { Notification } from './notification.ts';

const permission = 'notification:write-own';

defineMutation('markNotificationsRead', {
  description:
    'Marks notifications of yours as read; one to which the same is added meanwhile stays unread. Needs notification:write-own.',
  permission,
  input: (t) => ({
    ids: t.globalIDList({ for: Notification, required: true, description: `The notifications, 1 to ${mostMarked}.` }),
  }),
  run: (ctx, input) => markNotificationsRead(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ notifications: changedList(t, Notification, 'notifications', ({ ids }) => ids) }),
});

defineMutation('markAllNotificationsRead', {
  description: `Marks your unread notifications as read, the oldest ${mostMarked} of them. Needs notification:write-own.`,
  permission,
  input: (t) => ({
    until: t.field({
      type: 'DateTime',
      description: 'Only those that last happened at this time or before, such as the newest one that was shown.',
    }),
  }),
  run: (ctx, input) => markAllNotificationsRead(ctx.tx, ctx.viewer, input),
  payload: (t) => ({
    markedCount: t.int({ description: 'How many were marked.', resolve: ({ markedCount }) => markedCount }),
    hasMore: t.boolean({
      description: 'Whether unread ones are left: repeat the call.',
      resolve: ({ hasMore }) => hasMore,
    }),
  }),
});
