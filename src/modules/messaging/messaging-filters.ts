import { sql } from 'drizzle-orm';
import { defineFilter, type Filter, filterOf } from '../../graphql/declare/filters.ts';
import { defineOrder } from '../../graphql/declare/ordering.ts';
import { definePage } from '../../graphql/declare/pages.ts';
import { matchesText } from '../../graphql/declare/text-search.ts';

import { ChannelType } from './channel-type.ts';

// A channel is found by its messages and a message by its channel, so their filters stand in one file.

const channelFilter: Filter<'channels'> = defineFilter('ChannelFilter', 'channels', {
  description: 'Which channels.',
  fields: {
    id: { id: 'Channel', column: 'id', description: 'By id.' },
    type: { enum: ChannelType, name: 'ChannelType', column: 'type', description: 'By whom they are for.' },
    name: { as: 'String', column: 'name', description: 'By name; absent between two people.' },
    projectId: { id: 'Project', column: 'projectId', description: 'By project.' },
    creatorId: { id: 'Profile', column: 'creatorId', description: 'By who made them.' },
    archivedAt: {
      as: 'DateTime',
      column: 'archivedAt',
      description: 'By when they were archived; absent when in use.',
    },
    lastMessageAt: { as: 'DateTime', column: 'lastMessageAt', description: 'By the time of their newest message.' },
    externalReference: { as: 'String', column: 'externalReference', description: 'By external reference.' },
    createdAt: { as: 'DateTime', column: 'createdAt', description: 'By when they were made.' },
    updatedAt: { as: 'DateTime', column: 'updatedAt', description: 'By when they last changed.' },
  },
  relations: {
    project: { filter: () => filterOf('projects'), description: 'By their project.' },
    members: { filter: () => channelMemberFilter, description: 'With a member like this.' },
    messages: { filter: () => messageFilter, description: 'With a message like this.' },
  },
});

const channelMemberFilter: Filter<'channelMembers'> = defineFilter('ChannelMemberFilter', 'channelMembers', {
  description: 'Which members of channels.',
  fields: {
    profileId: { id: 'Profile', column: 'profileId', description: 'By person.' },
    joinedAt: { as: 'DateTime', column: 'joinedAt', description: 'By when they joined.' },
    lastReadAt: { as: 'DateTime', column: 'lastReadAt', description: 'By how far they read.' },
  },
  relations: { profile: { filter: () => filterOf('profiles'), description: 'By the person.' } },
});

const messageFilter: Filter<'messages'> = defineFilter('MessageFilter', 'messages', {
  description: 'Which messages.',
  fields: {
    id: { id: 'Message', column: 'id', description: 'By id.' },
    channelId: { id: 'Channel', column: 'channelId', description: 'By channel.' },
    senderId: { id: 'Profile', column: 'senderId', description: 'By sender; absent when nobody is known.' },
    parentId: { id: 'Message', column: 'parentId', description: 'By the message that they answer; absent if none.' },
    content: { as: 'String', column: 'content', description: 'By text.' },
    createdAt: { as: 'DateTime', column: 'createdAt', description: 'By when they were sent.' },
    editedAt: { as: 'DateTime', column: 'editedAt', description: 'By when they were edited; absent when never.' },
    deletedAt: { as: 'DateTime', column: 'deletedAt', description: 'By when they were deleted; absent when not.' },
    externalReference: { as: 'String', column: 'externalReference', description: 'By external reference.' },
  },
  relations: {
    channel: { filter: () => channelFilter, description: 'By their channel.' },
    sender: { filter: () => filterOf('profiles'), description: 'By their sender.' },
    mentions: { filter: () => filterOf('profiles'), description: 'That mention a person like this.' },
    reactions: { filter: () => messageReactionFilter, description: 'With a reaction like this.' },
  },
  custom: {
    search: {
      type: 'String',
      description: 'With these words, in French or English, accents or not.',
      where: (text: string) => matchesText(text),
    },
  },
});

const messageReactionFilter: Filter<'messageReactions'> = defineFilter('MessageReactionFilter', 'messageReactions', {
  description: 'Which reactions.',
  fields: {
    emoji: { as: 'String', column: 'emoji', description: 'By emoji.' },
    profileId: { id: 'Profile', column: 'profileId', description: 'By person.' },
    createdAt: { as: 'DateTime', column: 'createdAt', description: 'By when they were made.' },
  },
});

export const channelPage = definePage(
  channelFilter,
  defineOrder('Channel', 'channels', {
    NAME: { column: 'name', description: 'Name; channels between two people come first.', absent: sql`''` },
    LAST_MESSAGE_AT: {
      column: 'lastMessageAt',
      description: 'Time of the newest message; none counts as earliest.',
      absent: sql`'-infinity'::timestamptz`,
    },
    CREATED_AT: { column: 'createdAt', description: 'When they were made.' },
    UPDATED_AT: { column: 'updatedAt', description: 'When they last changed.' },
  }),
);

export const channelMemberPage = definePage(
  channelMemberFilter,
  defineOrder('ChannelMember', 'channelMembers', {
    JOINED_AT: { column: 'joinedAt', description: 'When they joined.' },
  }),
);

export const messagePage = definePage(
  messageFilter,
  defineOrder('Message', 'messages', { CREATED_AT: { column: 'createdAt', description: 'When they were sent.' } }, [
    { field: 'CREATED_AT', direction: 'asc' },
  ]),
);

export const messageReactionPage = definePage(
  messageReactionFilter,
  defineOrder(
    'MessageReaction',
    'messageReactions',
    { CREATED_AT: { column: 'createdAt', description: 'When they were made.' } },
    [{ field: 'CREATED_AT', direction: 'asc' }],
  ),
);
