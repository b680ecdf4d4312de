import { eq, type SQL, sql } from 'drizzle-orm';
import { alias, type PgColumn } from 'drizzle-orm/pg-core';
import { defineRowRule } from '../../access/row-rules.ts';
import type { Context } from '../../graphql/context.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { registerPersonalData, workText } from '../../graphql/declare/personal-data.ts';
import { definePlainLists } from '../../graphql/declare/resource/plain-lists.ts';
import { extrasOfViewer } from '../../graphql/declare/viewer-extras.ts';
import { recordWith } from '../events/changes/recorded-with.ts';
import { Message } from './message.ts';
import { messageReactionPage } from './message-filter.ts';
import { readableOfMessage } from './policy.ts';
import { messageReactions } from './tables.ts';

registerPersonalData('messageReactions', { emoji: workText('profileId') });
defineRowRule('messageReactions', readableOfMessage);
recordWith('MessageReaction', 'Message');

const MessageReaction = builder.drizzleNode('messageReactions', {
  name: 'MessageReaction',
  description: 'A person’s reaction to a message: at most one per emoji.',
  id: { column: messageReactions.id },
  select: { columns: {} },
  fields: (t) => ({
    emoji: t.exposeString('emoji', { description: 'The emoji, or its name between colons.' }),
    profile: t.relation('profile', { nullable: true, description: 'The person; null if you may not see them.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the person reacted.' }),
  }),
});

const MessageReactionConnection = definePlainLists('messageReactions', MessageReaction, {
  name: 'MessageReaction',
  noun: 'reaction',
  page: messageReactionPage,
  list: false,
  fields: {
    message: 'The message.',
    profile: 'The person.',
    emoji: 'The emoji.',
    createdAt: 'When the person reacted.',
  },
});

interface ReactionCountShape {
  emoji: string;
  count: number;
  mine: boolean;
}

const ReactionCount = builder.objectRef<ReactionCountShape>('ReactionCount').implement({
  description: 'How many people reacted to a message with one emoji.',
  fields: (t) => ({
    emoji: t.exposeString('emoji', { description: 'The emoji, or its name between colons.' }),
    count: t.exposeInt('count', { description: 'Number of people.' }),
    mine: t.exposeBoolean('mine', { description: 'Whether you are one of them.' }),
  }),
});

const reaction = alias(messageReactions, 'reaction');

/** The reactions by emoji, ordered by first use, as part of the statement that reads the message. */
const countsFor = (profileId: string) => (parent: { id: PgColumn | SQL.Aliased | SQL }) =>
  sql<ReactionCountShape[]>`(
  select coalesce(json_agg(json_build_object('emoji', e.emoji, 'count', e.people, 'mine', e.mine) order by e.since, e.emoji), '[]')
  from (
    select ${reaction.emoji} as emoji, count(*) as people, min(${reaction.createdAt}) as since,
      bool_or(${eq(reaction.profileId, profileId)}) as mine
    from ${messageReactions} "reaction" where ${eq(reaction.messageId, parent.id)} group by ${reaction.emoji}
  ) e)`;

const reactionCounts = extrasOfViewer(({ profileId }) => ({ extras: { reactionCounts: countsFor(profileId) } }));

builder.drizzleObjectFields(Message, (t) => ({
  reactions: t.relatedConnection(
    'reactions',
    {
      args: messageReactionPage.args,
      totalCount: true,
      description: 'The reactions to it, the oldest first.',
      query: messageReactionPage.query,
    },
    ...MessageReactionConnection,
  ),
  reactionCounts: t.field({
    type: [ReactionCount],
    description: 'The reactions to it, counted by emoji.',
    select: (_args: object, ctx: Context) => reactionCounts(ctx),
    resolve: ({ reactionCounts: counts }) => counts,
  }),
}));
