import { builder } from '../../graphql/declare/builder.ts';
import type { notificationMedia, notificationTypes } from './tables.ts';

export const NotificationType = builder.enumType('NotificationType', {
  description: 'What a notification is about.',
  values: {
    INFO: { description: 'Something waits for you, such as a week to approve.' },
    SUCCESS: { description: 'Something of yours was approved or signed.' },
    WARNING: { description: 'Something of yours was rejected, reopened or returned.' },
    ERROR: { description: 'Something of yours failed. Not used yet.' },
    TASK_ASSIGNED: { description: 'A task was assigned to you.' },
    TASK_COMPLETED: { description: 'A task that you created, work on or watch was finished.' },
    PROJECT_UPDATE: { description: 'A project of yours changed its status, or you were assigned to it.' },
    MILESTONE_REACHED: { description: 'A milestone of yours was reached.' },
    MENTION: { description: 'A message mentions you.' },
    SYSTEM: { description: 'A notice of the system. Not used yet.' },
  } satisfies Record<(typeof notificationTypes)[number], { description: string }>,
});

export const NotificationMedium = builder.enumType('NotificationMedium', {
  description: 'Where a notification is shown.',
  values: {
    IN_APP: { description: 'In the list of notifications. On unless you turn it off.' },
    EMAIL: {
      description: 'By a mail at once for each that begins to be unread in the list. Off unless you turn it on.',
    },
  } satisfies Record<(typeof notificationMedia)[number], { description: string }>,
});
