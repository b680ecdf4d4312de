import { sql } from 'drizzle-orm';
import { type EventHandler, onEvent } from '../events/handlers.ts';
import { channels, messages } from '../messaging/tables.ts';
import { aboutId, defineNotification, givenPeople } from './notify.ts';

const channelOf = sql`select ${messages.channelId} from ${messages} where ${messages.id} = ${aboutId}`;

/** The text of the message stays out: whoever deletes a message deletes its text. */
const notifyMentioned = defineNotification({
  event: 'message.mentioned',
  type: 'MENTION',
  title: 'A message mentions you',
  about: 'aboutMessageId',
  message: sql`(select ${channels.name} from ${channels} where ${channels.id} = (${channelOf}))`,
  recipients: givenPeople,
  groupBy: sql`(${channelOf})::text`,
});

const notifyNewlyMentioned: EventHandler = async (tx, viewer, { resourceId, before, after }) => {
  const known = (before?.mentionIds ?? []) as string[];
  const people = ((after?.mentionIds ?? []) as string[]).filter((id) => !known.includes(id));
  if (people.some((id) => id !== viewer?.profileId)) notifyMentioned(tx, viewer, { aboutId: resourceId, people });
};

onEvent('message.sent', notifyNewlyMentioned);
onEvent('message.edited', notifyNewlyMentioned);
