import { defineMutation } from '../../graphql/declare/mutation.ts';
import { changed } from '../../graphql/declare/payload.ts';
import { defineResource } from '../events/resource.ts';
import { NotificationMedium, NotificationType } from './notification-type.ts';
import { readablePreferences } from './policy.ts';
import { setNotificationPreference } from './set-notification-preference.ts';

/** Only the read half: a person sets the preference of a type, whether or not there is one. */
const NotificationPreference = defineResource('notificationPreferences', {
  name: 'NotificationPreference',
  description: 'Whether you receive notifications of a type in the product or by mail.',
  read: readablePreferences,
  fields: {
    type: { description: 'The type of notifications.', values: NotificationType },
    medium: { description: 'Where they are shown.', values: NotificationMedium },
    enabled: 'Whether you receive them there.',
  },
  list: 'Your preferences: those that you have set.',
});

defineMutation('setNotificationPreference', {
  description: 'Chooses whether you receive notifications of a type. Needs notification:write-own.',
  permission: 'notification:write-own',
  input: (t) => ({
    type: t.field({ type: NotificationType, required: true, description: 'The type of notifications.' }),
    medium: t.field({ type: NotificationMedium, required: true, description: 'Where they are shown.' }),
    enabled: t.boolean({ required: true, description: 'Whether you want to receive them there.' }),
  }),
  run: (ctx, input) => setNotificationPreference(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ notificationPreference: changed(t, NotificationPreference, 'notificationPreferences') }),
});
