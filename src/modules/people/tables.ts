import { sql } from 'drizzle-orm';
import { type AnyPgColumn, boolean, check, date, index, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
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
import { workCalendars } from '../calendars/tables.ts';

export const presenceStatuses = ['ONLINE', 'AWAY', 'OFFLINE'] as const;

/** The people of an organization: members, and people without an account, who are contacts or were imported. */
export const profiles = table(
  'profiles',
  {
    id: primaryId(),
    /**
     * The account in the catalog; null until a member claims the profile. No foreign key, because those stay within a
     * schema.
     */
    userId: uuid(),
    email: text(),
    firstName: label().notNull(),
    lastName: label().notNull(),
    avatarUrl: text(),
    phone: text(),
    presence: text({ enum: presenceStatuses }).notNull().default('OFFLINE'),
    lastSeenAt: instant(),
    managerId: uuid().references((): AnyPgColumn => profiles.id, { onDelete: 'set null' }),
    /** The person's own work calendar; null if the organization's default applies. */
    calendarId: uuid().references(() => workCalendars.id),
    /** First day of employment, from which leave accrues; null if unknown, or if the person is no employee. */
    employedFrom: date(),
    /** Whether the member is a CLIENT, who works for somebody else. Copied from the membership. */
    isClient: boolean().notNull().default(false),
    /** When the person left the organization; the profile stays for history. */
    leftAt: instant(),
    externalReference: externalReference(),
    version: version(),
    ...lifetime,
    /** The words of the names (weight A) and of the address (B); a trigger fills it. */
    search: tsvector(),
  },
  (t) => [
    index('profiles_search').using('gin', t.search),
    uniqueIndex('profiles_user').on(t.userId),
    uniqueIndex('profiles_external_reference').on(t.externalReference),
    index('profiles_email').on(sql`lower(${t.email})`),
    index('profiles_manager').on(t.managerId),
    index('profiles_calendar').on(t.calendarId),
    index('profiles_name').on(t.lastName, t.firstName),
    check('profiles_presence', oneOf(t.presence, presenceStatuses)),
  ],
);

/** A way to look at a list of the graph. */
export const savedViews = table(
  'saved_views',
  {
    id: primaryId(),
    ownerId: uuid()
      .notNull()
      .references(() => profiles.id, { onDelete: 'cascade' }),
    name: label().notNull(),
    /** The name of a root field. */
    list: text().notNull(),
    /** JSON as text: that type also holds the strings that jsonb refuses. */
    arguments: text().notNull().default('{}'),
    columns: text().array().notNull().default([]),
    isShared: boolean().notNull().default(false),
    version: version(),
    ...lifetime,
  },
  (t) => [
    uniqueIndex('saved_views_name').on(t.ownerId, t.list, sql`extensions.name_key(${t.name})`),
    index('saved_views_shared').on(t.list).where(sql`${t.isShared}`),
    check('saved_views_arguments', sql`json_typeof(${t.arguments}::json) = 'object'`),
  ],
);

/** An operation that was saved in the explorer. */
export const savedOperations = table(
  'saved_operations',
  {
    id: primaryId(),
    ownerId: uuid()
      .notNull()
      .references(() => profiles.id, { onDelete: 'cascade' }),
    name: label().notNull(),
    document: text().notNull(),
    /** JSON as text, like the arguments of views. */
    variables: text().notNull().default('{}'),
    isShared: boolean().notNull().default(false),
    version: version(),
    ...lifetime,
  },
  (t) => [
    uniqueIndex('saved_operations_name').on(t.ownerId, sql`extensions.name_key(${t.name})`),
    index('saved_operations_shared').on(t.name).where(sql`${t.isShared}`),
    check('saved_operations_variables', sql`json_typeof(${t.variables}::json) = 'object'`),
  ],
);
