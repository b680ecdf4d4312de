import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  boolean,
  check,
  index,
  integer,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import {
  externalReference,
  instant,
  label,
  lifetime,
  oneOf,
  primaryId,
  table,
  tsvector,
  version,
} from '../../lib/columns.ts';
import { profiles } from '../people/tables.ts';
import { projects } from '../projects/tables.ts';

export const channelTypes = ['ORGANIZATION', 'PROJECT', 'GROUP', 'DIRECT'] as const;

export const channels = table(
  'channels',
  {
    id: primaryId(),
    type: text({ enum: channelTypes }).notNull(),
    /** Null for a DIRECT channel, which is named after its people. */
    name: label(),
    description: text(),
    projectId: uuid().references(() => projects.id, { onDelete: 'cascade' }),
    /** The two profile ids of a DIRECT channel in order: one channel per pair. */
    directKey: text(),
    creatorId: uuid().references(() => profiles.id, { onDelete: 'set null' }),
    archivedAt: instant(),
    /** Time of the newest message that was not deleted. */
    lastMessageAt: instant(),
    /**
     * Time of the newest deleted message. Every writer of messages locks this row, and gives its message a time after
     * all others, deleted ones included. So read positions are exact: no message ever appears before one that was
     * already read.
     */
    deletedUntil: instant(),
    externalReference: externalReference(),
    version: version(),
    ...lifetime,
  },
  (t) => [
    uniqueIndex('channels_project').on(t.projectId),
    uniqueIndex('channels_direct_key').on(t.directKey),
    uniqueIndex('channels_external_reference').on(t.externalReference),
    index('channels_creator').on(t.creatorId),
    check('channels_type', oneOf(t.type, channelTypes)),
    check('channels_project', sql`(${t.type} = 'PROJECT') = (${t.projectId} is not null)`),
    check('channels_direct_key', sql`(${t.type} = 'DIRECT') = (${t.directKey} is not null)`),
    check('channels_name', sql`(${t.type} = 'DIRECT') = (${t.name} is null)`),
  ],
);

export const uniqueChannelFields = { channels_external_reference: 'input.externalReference' };

/**
 * The members of a channel (added to it, or joined to an open one by reading, writing or muting it), and how far they
 * read.
 */
export const channelMembers = table(
  'channel_members',
  {
    id: primaryId(),
    channelId: uuid()
      .notNull()
      .references(() => channels.id, { onDelete: 'cascade' }),
    profileId: uuid()
      .notNull()
      .references(() => profiles.id, { onDelete: 'cascade' }),
    /** Time of the newest message that was read; null if none was. */
    lastReadAt: instant(),
    muted: boolean().notNull().default(false),
    joinedAt: instant().notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex('channel_members_channel_profile').on(t.channelId, t.profileId),
    index('channel_members_profile').on(t.profileId),
  ],
);

export const messages = table(
  'messages',
  {
    id: primaryId(),
    channelId: uuid()
      .notNull()
      .references(() => channels.id, { onDelete: 'cascade' }),
    senderId: uuid().references(() => profiles.id, { onDelete: 'set null' }),
    /** The message of the same channel that this one answers, which is not an answer itself. */
    parentId: uuid().references((): AnyPgColumn => messages.id, { onDelete: 'cascade' }),
    /** Empty once the message is deleted: the row stays as a tombstone. */
    content: text().notNull(),
    editedAt: instant(),
    deletedAt: instant(),
    externalReference: externalReference(),
    version: version(),
    ...lifetime,
    /** The words of the text; a trigger fills it. */
    search: tsvector(),
  },
  (t) => [
    index('messages_channel').on(t.channelId, t.createdAt, t.id),
    index('messages_created').on(t.createdAt, t.id),
    index('messages_thread').on(t.parentId, t.createdAt, t.id),
    index('messages_sender').on(t.senderId),
    index('messages_search').using('gin', t.search),
    uniqueIndex('messages_external_reference').on(t.externalReference),
    check('messages_parent', sql`${t.parentId} <> ${t.id}`),
  ],
);

export const uniqueMessageFields = { messages_external_reference: 'input.externalReference' };

export const messageMentions = table(
  'message_mentions',
  {
    messageId: uuid()
      .notNull()
      .references(() => messages.id, { onDelete: 'cascade' }),
    profileId: uuid()
      .notNull()
      .references(() => profiles.id, { onDelete: 'cascade' }),
    /**
     * Whether an edit added it and the person has not read the message since. Other mentions are as unread as their
     * message.
     */
    unread: boolean().notNull().default(false),
  },
  (t) => [
    primaryKey({ name: 'message_mentions_pkey', columns: [t.messageId, t.profileId] }),
    index('message_mentions_profile').on(t.profileId),
    index('message_mentions_unread').on(t.profileId).where(sql`${t.unread}`),
  ],
);

export const messageReactions = table(
  'message_reactions',
  {
    id: primaryId(),
    messageId: uuid()
      .notNull()
      .references(() => messages.id, { onDelete: 'cascade' }),
    profileId: uuid()
      .notNull()
      .references(() => profiles.id, { onDelete: 'cascade' }),
    emoji: text().notNull(),
    createdAt: instant().notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex('message_reactions_message_emoji_profile').on(t.messageId, t.emoji, t.profileId),
    index('message_reactions_profile').on(t.profileId),
  ],
);

export const messageAttachments = table(
  'message_attachments',
  {
    id: primaryId(),
    messageId: uuid()
      .notNull()
      .references(() => messages.id, { onDelete: 'cascade' }),
    position: integer().notNull(),
    name: label().notNull(),
    url: text().notNull(),
    mediaType: text(),
    /** Size in bytes, if known. */
    size: bigint({ mode: 'number' }),
  },
  (t) => [
    uniqueIndex('message_attachments_message').on(t.messageId, t.position),
    check('message_attachments_size', sql`${t.size} >= 0`),
  ],
);
