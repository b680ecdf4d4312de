import { defineRowRule } from '../../access/row-rules.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { defineConnection } from '../../graphql/declare/pages.ts';
import { readableInChannel } from './policy.ts';
import { channelMembers } from './tables.ts';

defineRowRule('channelMembers', readableInChannel);

export const ChannelMember = builder.drizzleNode('channelMembers', {
  name: 'ChannelMember',
  description: 'A person who was added to a channel, or who joined an open one by reading or muting it.',
  id: { column: channelMembers.id },
  select: { columns: {} },
  fields: (t) => ({
    channel: t.relation('channel', { nullable: true, description: 'The channel.' }),
    profile: t.relation('profile', { nullable: true, description: 'The person; null when you may not see them.' }),
    lastReadAt: t.expose('lastReadAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time of the newest message that the person read.',
    }),
    muted: t.boolean({
      nullable: true,
      description: 'Whether you muted the channel; null for others, whose matter that is.',
      select: { columns: { profileId: true, muted: true } },
      resolve: ({ profileId, muted }, _args, ctx) => (profileId === ctx.viewer.profileId ? muted : null),
    }),
    joinedAt: t.expose('joinedAt', { type: 'DateTime', description: 'Since when.' }),
  }),
});

export const ChannelMemberConnection = defineConnection(ChannelMember, 'ChannelMember');
