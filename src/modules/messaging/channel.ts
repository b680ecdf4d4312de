import { defineRowRule } from '../../access/row-rules.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { defineConnection, listOf } from '../../graphql/declare/pages.ts';
import { Project } from '../projects/project.ts';
import { ChannelMemberConnection } from './channel-member.ts';
import { ChannelType } from './channel-type.ts';
import { MessageConnection } from './message.ts';
import { channelMemberPage, channelPage, messagePage } from './messaging-filters.ts';
import { readableChannels } from './policy.ts';
import { channels } from './tables.ts';

defineRowRule('channels', readableChannels);

export const Channel = builder.drizzleNode('channels', {
  name: 'Channel',
  description: 'Where people talk: the company, a project, a group or two people.',
  id: { column: channels.id },
  select: { columns: {} },
  fields: (t) => ({
    type: t.expose('type', { type: ChannelType, description: 'Who it is for.' }),
    name: t.exposeString('name', { nullable: true, description: 'Its name; null between two people.' }),
    description: t.exposeString('description', { nullable: true, description: 'What it is about.' }),
    project: t.relation('project', { nullable: true, description: 'Whose project channel it is.' }),
    creator: t.relation('creator', { nullable: true, description: 'Who made it.' }),
    archivedAt: t.expose('archivedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was archived: nobody writes in it any more.',
    }),
    lastMessageAt: t.expose('lastMessageAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time of its newest message.',
    }),
    externalReference: t.exposeString('externalReference', {
      nullable: true,
      description: 'The key of this channel in the system it was imported from.',
    }),
    version: t.exposeInt('version', { description: 'Counts the changes; pass it as `expectedVersion`.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});

const ChannelConnection = defineConnection(Channel, 'Channel');

builder.drizzleObjectFields(Channel, (t) => ({
  messages: t.relatedConnection(
    'messages',
    {
      args: messagePage.args,
      totalCount: true,
      description: 'What was written in it, answers included, the oldest first: `last: 50` gives the newest.',
      query: messagePage.query,
    },
    ...MessageConnection,
  ),
  members: t.relatedConnection(
    'members',
    {
      args: channelMemberPage.args,
      totalCount: true,
      description: 'Who was added to it; those who see an open channel anyway only once they joined.',
      query: channelMemberPage.query,
    },
    ...ChannelMemberConnection,
  ),
}));

builder.drizzleObjectFields(Project, (t) => ({
  channel: t.relation('channel', { nullable: true, description: 'Its channel; null when you may not see it.' }),
}));

builder.queryField('channels', (t) =>
  t.drizzleConnection(
    {
      type: Channel,
      args: channelPage.args,
      authScopes: { member: true },
      extensions: listOf(channelPage),
      description: 'The channels that you see.',
      totalCount: (_root, args, ctx) => ctx.db.count('channels', channelPage.where(args)),
      resolve: (query, _root, args, ctx) => ctx.db.query.channels.findMany(query(channelPage.query(args))),
    },
    ...ChannelConnection,
  ),
);
