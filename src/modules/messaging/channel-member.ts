import { builder } from '../../graphql/declare/builder.ts';
import { defineResource } from '../events/resource.ts';
import { readableInChannel } from './policy.ts';

export const ChannelMember = defineResource('channelMembers', {
  name: 'ChannelMember',
  noun: 'member',
  nouns: 'members of channels',
  description: 'A person who was added to a channel, or who joined an open one by reading or muting it.',
  read: readableInChannel,
  fields: {
    channel: {
      description: 'The channel.',
      listDescription: 'Its members. In an open channel, only the people who have joined.',
    },
    profile: 'The person; null when you may not see them.',
    lastReadAt: { description: 'Time of the newest message that the person read.', sorted: false },
    joinedAt: 'When the person joined.',
  },
  list: false,
});

builder.drizzleObjectFields(ChannelMember, (t) => ({
  muted: t.boolean({
    nullable: true,
    description: 'Whether you muted the channel; null for other people, because it is private.',
    select: { columns: { profileId: true, muted: true } },
    resolve: ({ profileId, muted }, _args, ctx) => (profileId === ctx.viewer.profileId ? muted : null),
  }),
}));
