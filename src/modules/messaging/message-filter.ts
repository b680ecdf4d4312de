import { defineFilter, type Filter, filterOf } from '../../graphql/declare/filters.ts';
import { defineOrder } from '../../graphql/declare/ordering.ts';
import { definePage } from '../../graphql/declare/pages.ts';
import { matchesText } from '../../graphql/declare/text-search.ts';

const messageFilter: Filter<'messages'> = defineFilter('MessageFilter', 'messages', {
  description: 'Conditions on messages.',
  fields: {
    id: { id: 'Message', column: 'id', description: 'By id.' },
    channelId: { id: 'Channel', column: 'channelId', description: 'By channel.' },
    senderId: { id: 'Profile', column: 'senderId', description: 'By sender; null if unknown.' },
    parentId: { id: 'Message', column: 'parentId', description: 'By the message that they answer; null if none.' },
    content: { as: 'String', column: 'content', description: 'By text.' },
    createdAt: { as: 'DateTime', column: 'createdAt', description: 'By time of sending.' },
    editedAt: { as: 'DateTime', column: 'editedAt', description: 'By time of the last edit; null if never edited.' },
    deletedAt: { as: 'DateTime', column: 'deletedAt', description: 'By time of deletion; null if not deleted.' },
    externalReference: { as: 'String', column: 'externalReference', description: 'By external reference.' },
  },
  relations: {
    channel: { filter: () => filterOf('channels'), description: 'By conditions on the channel.' },
    sender: { filter: () => filterOf('profiles'), description: 'By conditions on the sender.' },
    mentions: { filter: () => filterOf('profiles'), description: 'That mention a matching person.' },
    reactions: { filter: () => messageReactionFilter, description: 'With a matching reaction.' },
  },
  custom: {
    search: {
      type: 'String',
      description: 'With these words, in French or English, with or without accents.',
      where: (text: string) => matchesText(text),
    },
  },
});

const messageReactionFilter: Filter<'messageReactions'> = defineFilter('MessageReactionFilter', 'messageReactions', {
  description: 'Conditions on reactions.',
  fields: {
    emoji: { as: 'String', column: 'emoji', description: 'By emoji.' },
    profileId: { id: 'Profile', column: 'profileId', description: 'By person.' },
    createdAt: { as: 'DateTime', column: 'createdAt', description: 'By time.' },
  },
});

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
