import { and, eq, exists, gt, isNull, lte, or, type SQL, sql } from 'drizzle-orm';
import { alias, type PgColumn, QueryBuilder } from 'drizzle-orm/pg-core';
import { profiles } from '../people/tables.ts';
import { channelMembers, messageMentions, messages } from './tables.ts';

type Parent = { id: PgColumn | SQL.Aliased | SQL };

const unread = alias(messages, 'unread');
const thread = alias(messages, 'thread');
const edited = alias(messages, 'edited');
const added = alias(messageMentions, 'added');
const build = new QueryBuilder();

/**
 * The time up to which a person has read a channel. A member who has read nothing has everything to read; a person who
 * has not joined an open channel, everything since they joined the organization.
 */
const readUntil = (channel: Parent, profileId: string): SQL => sql`coalesce(
  (select coalesce(${channelMembers.lastReadAt}, '-infinity') from ${channelMembers}
    where ${and(eq(channelMembers.channelId, channel.id), eq(channelMembers.profileId, profileId))}),
  (select ${profiles.createdAt} from ${profiles} where ${eq(profiles.id, profileId)}),
  '-infinity')`;

const mentioned = (profileId: string): SQL =>
  exists(
    build
      .select({ one: sql`1` })
      .from(messageMentions)
      .where(and(eq(messageMentions.messageId, unread.id), eq(messageMentions.profileId, profileId))),
  );

/** Whether the person wrote in the message's thread, or was mentioned there: in its first message, or in an answer. */
const takesPart = (profileId: string): SQL => {
  const inThread = or(eq(thread.id, unread.parentId), eq(thread.parentId, unread.parentId));
  const mentionedInThread = exists(
    build
      .select({ one: sql`1` })
      .from(messageMentions)
      .where(and(eq(messageMentions.messageId, thread.id), eq(messageMentions.profileId, profileId))),
  );
  return exists(
    build
      .select({ one: sql`1` })
      .from(thread)
      .where(and(inThread, or(eq(thread.senderId, profileId), mentionedInThread))),
  );
};

const countUnread = (channel: Parent, profileId: string, which: SQL | undefined): SQL<number> => {
  const counted = and(
    eq(unread.channelId, channel.id),
    gt(unread.createdAt, readUntil(channel, profileId)),
    isNull(unread.deletedAt),
    sql`${unread.senderId} is distinct from ${profileId}`,
    which,
  );
  return sql<number>`(select count(*)::int from ${messages} "unread" where ${counted})`;
};

/**
 * Number of messages that the person had read before an edit mentioned them. Counted apart: the channel may be long.
 */
const countEdited = (channel: Parent, profileId: string): SQL<number> => {
  const counted = and(
    eq(added.profileId, profileId),
    sql`${added.unread}`,
    eq(edited.channelId, channel.id),
    lte(edited.createdAt, readUntil(channel, profileId)),
    isNull(edited.deletedAt),
    sql`${edited.senderId} is distinct from ${profileId}`,
  );
  return sql<number>`(select count(*)::int from ${messageMentions} "added"
    join ${messages} "edited" on ${eq(edited.id, added.messageId)} where ${counted})`;
};

/** Number of a person's unread messages in a channel, as part of the statement that reads the channel. */
export const unreadOf =
  (profileId: string) =>
  (channel: Parent): SQL<number> =>
    sql<number>`(${countUnread(channel, profileId, or(isNull(unread.parentId), takesPart(profileId), mentioned(profileId)))}
      + ${countEdited(channel, profileId)})`;

/** Number of those that mention the person. */
export const mentionsOf =
  (profileId: string) =>
  (channel: Parent): SQL<number> =>
    sql<number>`(${countUnread(channel, profileId, mentioned(profileId))} + ${countEdited(channel, profileId)})`;
