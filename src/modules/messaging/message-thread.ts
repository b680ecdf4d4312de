import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import { alias, type PgColumn } from 'drizzle-orm/pg-core';
import { builder } from '../../graphql/declare/builder.ts';
import { Message } from './message.ts';
import { messages } from './tables.ts';

const reply = alias(messages, 'reply');

/** What the answers to a message amount to, as part of the statement that reads the message. Deleted ones do not count. */
const ofReplies =
  <T>(measure: SQL) =>
  (parent: { id: PgColumn | SQL.Aliased | SQL }): SQL<T> =>
    sql<T>`(select ${measure} from ${messages} "reply" where ${and(eq(reply.parentId, parent.id), isNull(reply.deletedAt))})`;

const replyCount = { extras: { replyCount: ofReplies<number>(sql`count(*)::int`) } };
const lastReply = { extras: { lastReplyAt: ofReplies<string | Date | null>(sql`max(${reply.createdAt})`) } };

builder.drizzleObjectFields(Message, (t) => ({
  replyCount: t.int({
    description: 'How many answers it has, deleted ones not counted.',
    select: replyCount,
    resolve: ({ replyCount: count }) => count,
  }),
  lastReplyAt: t.field({
    type: 'DateTime',
    nullable: true,
    description: 'When it was last answered.',
    select: lastReply,
    resolve: ({ lastReplyAt }) => (lastReplyAt === null ? null : new Date(lastReplyAt)),
  }),
}));
