import { builder } from '../../graphql/declare/builder.ts';
import { filterAlsoBy, filterOf } from '../../graphql/declare/filters.ts';
import { workText } from '../../graphql/declare/personal-data.ts';
import { defineResource } from '../events/resource.ts';
import { Project } from '../projects/project.ts';
import { ChannelType } from './channel-type.ts';
import { MessageConnection } from './message.ts';
import { messagePage } from './message-filter.ts';
import { readableChannels } from './policy.ts';

/** Only the read half: creating, joining and changing a channel also depend on its members. */
export const Channel = defineResource('channels', {
  name: 'Channel',
  description: 'A conversation of the organization, a project, a group or two people.',
  read: readableChannels,
  fields: {
    type: { description: 'Its audience.', values: ChannelType, sorted: false },
    name: { description: 'Its name; null for a direct channel.', personal: workText('creatorId') },
    description: { description: 'What it is about.', personal: workText('creatorId') },
    project: 'The project whose channel it is; null for other types.',
    creator: 'The person who created it.',
    archivedAt: { description: 'When it was archived; null while it is in use.', sorted: false },
    lastMessageAt: { description: 'Time of its newest message that was not deleted.', absent: 'first' },
  },
  list: 'The channels that you see.',
});

builder.drizzleObjectFields(Channel, (t) => ({
  messages: t.relatedConnection(
    'messages',
    {
      args: messagePage.args,
      totalCount: true,
      description: 'Its messages, answers included, the oldest first: `last: 50` returns the newest.',
      query: messagePage.query,
    },
    ...MessageConnection,
  ),
}));

builder.drizzleObjectFields(Project, (t) => ({
  channel: t.relation('channel', { nullable: true, description: 'Its channel; null when you may not see it.' }),
}));

filterAlsoBy('channels', 'messages', {
  filter: () => filterOf('messages'),
  description: 'With a message that matches.',
});
