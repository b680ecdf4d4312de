import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import { alias, type PgColumn } from 'drizzle-orm/pg-core';
import { builder } from '../../graphql/declare/builder.ts';
import { Message } from './message.ts';
import { messages } from './tables.ts';

const reply = alias(messages, 'reply');

/**
 * Aggregates the answers to a message, as part of the statement that reads the message. Deleted answers do not count.
 */
const ofReplies =
  <T>(measure: SQL) =>
  (parent: { id: PgColumn | SQL.Aliased | SQL }): SQL<T> =>
    sql<T>`(select ${measure} from ${messages} "reply" where ${and(eq(reply.parentId, parent.id), isNull(reply.deletedAt))})`;

const replyCount = { extras: { replyCount: ofReplies<number>(sql`count(*)::int`) } };
const lastReply = { extras: { lastReplyAt: ofReplies<string | Date | null>(sql`max(${reply.createdAt})`) } };

builder.drizzleObjectFields(Message, (t) => ({
  replyCount: t.int({
    description: 'Number of answers, without deleted ones.',
    select: replyCount,
    resolve: ({ replyCount: count }) => count,
  }),
  lastReplyAt: t.field({
    type: 'DateTime',
    nullable: true,
    description: 'Time of the latest answer; null without answers.',
    select: lastReply,
    resolve: ({ lastReplyAt }) => (lastReplyAt === null ? null : new Date(lastReplyAt)),
  }),
}));
