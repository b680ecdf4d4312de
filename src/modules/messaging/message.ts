import { defineRowRule } from '../../access/row-rules.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { listOf, overRows, type PageInput } from '../../graphql/declare/pages.ts';
import { registerPersonalData, workText } from '../../graphql/declare/personal-data.ts';
import { definePlainLists } from '../../graphql/declare/resource/plain-lists.ts';
import { makeSearchable } from '../../graphql/declare/search/searchable.ts';
import { recordWith } from '../events/changes/recorded-with.ts';
import { keepOutOfLog } from '../events/confidential.ts';
import { Profile } from '../people/profile.ts';
import { messagePage } from './message-filter.ts';
import { readableInChannel, readableOfMessage } from './policy.ts';
import { messageAttachments, messages } from './tables.ts';

registerPersonalData('messages', { content: workText('senderId') });
keepOutOfLog('messages', 'content');
defineRowRule('messages', readableInChannel);
defineRowRule('messageAttachments', readableOfMessage);
recordWith('MessageAttachment', 'Message');
makeSearchable({
  table: 'messages',
  typename: 'Message',
  description: 'A message in a channel.',
  columns: { content: 'D' },
});

export const Message = builder.drizzleNode('messages', {
  name: 'Message',
  description: 'A message in a channel, or the tombstone of a deleted one.',
  id: { column: messages.id },
  select: { columns: {} },
  fields: (t) => ({
    channel: t.relation('channel', { nullable: true, description: 'The channel; null if you may not see it.' }),
    sender: t.relation('sender', {
      nullable: true,
      description: 'The sender; null if unknown, or if you may not see them.',
    }),
    parent: t.relation('parent', {
      nullable: true,
      description: 'The message that it answers; null if it is not an answer.',
    }),
    content: t.exposeString('content', { description: 'The text; empty if the message was deleted.' }),
    attachments: t.relation('attachments', {
      description: 'Its attachments in order, at most ten.',
      query: { orderBy: { position: 'asc' } },
    }),
    editedAt: t.expose('editedAt', { type: 'DateTime', nullable: true, description: 'When its text last changed.' }),
    deletedAt: t.expose('deletedAt', { type: 'DateTime', nullable: true, description: 'When it was deleted.' }),
    externalReference: t.exposeString('externalReference', {
      nullable: true,
      description: 'The key of this message in the system it was imported from.',
    }),
    version: t.exposeInt('version', { description: 'Number of changes; pass it as `expectedVersion`.' }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When it was sent: strictly increasing within a channel.',
    }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});

builder.drizzleNode('messageAttachments', {
  name: 'MessageAttachment',
  description: 'A link to a file.',
  id: { column: messageAttachments.id },
  select: { columns: {} },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name of the file.' }),
    url: t.exposeString('url', { description: 'Its URL.' }),
    mediaType: t.exposeString('mediaType', { nullable: true, description: 'Its media type, such as image/png.' }),
    size: t.field({
      type: 'Decimal',
      nullable: true,
      description: 'Its size in bytes.',
      select: { columns: { size: true } },
      resolve: ({ size }) => size,
    }),
  }),
});

export const MessageConnection = definePlainLists('messages', Message, {
  name: 'Message',
  page: messagePage,
  list: true,
  fields: {
    channel: 'The channel.',
    sender: 'The sender; null if unknown.',
    editedAt: 'When its text last changed.',
    deletedAt: 'When it was deleted.',
    createdAt: 'When it was sent.',
  },
});

builder.drizzleObjectFields(Message, (t) => ({
  replies: t.relatedConnection(
    'replies',
    { args: messagePage.args, totalCount: true, description: 'The answers to it.', query: messagePage.query },
    ...MessageConnection,
  ),
  mentions: t.relatedConnection(
    'mentions',
    {
      args: Profile.page.args,
      totalCount: true,
      description: 'The people that it mentions.',
      query: Profile.page.query,
    },
    ...Profile.connection,
  ),
}));

builder.queryField('messages', (t) =>
  t.drizzleConnection(
    {
      type: Message,
      args: messagePage.args,
      authScopes: { reads: 'messages' },
      ...overRows('messages', (_root: object, args: PageInput) => messagePage.where(args), listOf(messagePage)),
      description: 'The messages of all channels that you see, the oldest first.',
      resolve: (query, _root, args, ctx) => ctx.db.query.messages.findMany(query(messagePage.query(args))),
    },
    ...MessageConnection,
  ),
);
