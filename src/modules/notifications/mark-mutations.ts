import { defineMutation, type InputBuilder } from '../../graphql/declare/mutation.ts';
import { changedList } from '../../graphql/declare/payload.ts';
import { markAllNotificationsRead, markNotificationsRead, mostMarked } from './mark-read.ts';
import { Notification } from './notification.ts';

const until = (t: InputBuilder) =>
  t.field({
    type: 'DateTime',
    description: 'Only those that last happened at this time or before, such as the newest one that was shown.',
  });

const permission = 'notification:write-own';

defineMutation('markNotificationsRead', {
  description:
    'Marks notifications of yours as read; one to which the same is added meanwhile, or later than `until`, stays unread. ' +
    'Needs notification:write-own.',
  permission,
  input: (t) => ({
    ids: t.globalIDList({ for: Notification, required: true, description: `The notifications, 1 to ${mostMarked}.` }),
    until: until(t),
  }),
  run: (ctx, input) => markNotificationsRead(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ notifications: changedList(t, Notification, 'notifications', ({ ids }) => ids) }),
});

defineMutation('markAllNotificationsRead', {
  description: `Marks your unread notifications as read, the oldest ${mostMarked} of them. Needs notification:write-own.`,
  permission,
  input: (t) => ({
    until: until(t),
  }),
  run: (ctx, input) => markAllNotificationsRead(ctx.tx, ctx.viewer, input),
  payload: (t) => ({
    markedCount: t.int({ description: 'How many were marked.', resolve: ({ markedCount }) => markedCount }),
    hasMore: t.boolean({
      description: 'Whether unread ones are left, or one was skipped because it changed meanwhile: repeat the call.',
      resolve: ({ hasMore }) => hasMore,
    }),
  }),
});
