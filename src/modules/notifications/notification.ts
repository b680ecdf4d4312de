import { builder } from '../../graphql/declare/builder.ts';
import { registerPersonalData, workText } from '../../graphql/declare/personal-data.ts';
import { defineSubscription } from '../events/changes/define-subscription.ts';
import { defineResource } from '../events/resource.ts';
import { keepOutOfTrash } from '../events/trash-types.ts';
import { linkColumns, linkOf } from './link-of.ts';
import { NotificationType } from './notification-type.ts';
import { readableNotifications } from './policy.ts';

const keep = 'Until 90 days after it was read, or a year after it happened.';

/** Only the read half: what happens to other objects makes notifications, and marking them concerns several. */
export const Notification = defineResource('notifications', {
  name: 'Notification',
  description: 'What you are told about an object that concerns you, as long as you may see the object.',
  read: readableNotifications,
  fields: {
    type: { description: 'Its type.', values: NotificationType },
    title: { description: 'What happened, in English.', filtered: false, sorted: false, personal: false },
    message: { description: 'The name of the object, or its days.', personal: { ...workText('actorId'), keep } },
    metadata: { description: 'Further details: the `event` that caused it, and values that it changed.' },
    actor: 'The person who did it, for the last time; null if you may not see them.',
    aboutTask: 'The task that it is about.',
    aboutProject: 'The project that it is about.',
    aboutMilestone: 'The milestone that it is about.',
    aboutMessage: 'The message that mentions you; the newest one of those that it groups.',
    aboutLeaveRequest: 'The leave that it is about.',
    aboutTimesheet: 'The week that it is about.',
    aboutActivityReport: 'The activity report that it is about.',
    occurrences: 'How often it happened: while a notification is unread, the same again is added to it.',
    happenedAt: 'When it happened, for the last time.',
    readAt: { description: 'When you marked it as read; null while it is unread.' },
  },
  order: { happenedAt: 'desc' },
  list: 'Your notifications, the newest first.',
});

registerPersonalData('notifications', {
  profileId: {
    whose: 'profileId',
    why: 'Says who was notified.',
    keep: `${keep} Erasing the person deletes the row.`,
    erase: 'CLEAR',
  },
});

// An object that comes back is no news
keepOutOfTrash('notifications');

builder.drizzleObjectFields(Notification, (t) => ({
  link: t.string({
    nullable: true,
    description: 'The path of the object, such as `/tasks/<uuid>`: append it to the address of your front end.',
    select: { columns: linkColumns },
    resolve: (row) => linkOf(row),
  }),
}));

const unread = { readAt: { isNull: true } } as const;

builder.queryField('unreadNotificationCount', (t) =>
  t.int({
    authScopes: { reads: 'notifications' },
    description: 'The number of your unread notifications. Needs notification:read.',
    resolve: (_root, _args, ctx) => ctx.db.count('notifications', unread),
  }),
);

defineSubscription('notificationAdded', {
  type: Notification,
  description: 'Your new notifications, and unread ones to which the same was added.',
  only: 'notification.added',
});
