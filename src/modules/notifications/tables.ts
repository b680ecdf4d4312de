import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, jsonb, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant, label, lifetime, oneOf, primaryId, rank, table } from '../../lib/columns.ts';
import type { EventMetadata } from '../events/tables.ts';
import { leaveRequests } from '../leave/tables.ts';
import { messages } from '../messaging/tables.ts';
import { milestones } from '../milestones/tables.ts';
import { profiles } from '../people/tables.ts';
import { projects } from '../projects/tables.ts';
import { tasks } from '../tasks/tables.ts';
import { activityReports, timesheets } from '../time/tables.ts';

export const notificationTypes = [
  'INFO',
  'SUCCESS',
  'WARNING',
  'ERROR',
  'TASK_ASSIGNED',
  'TASK_COMPLETED',
  'PROJECT_UPDATE',
  'MILESTONE_REACHED',
  'MENTION',
  'SYSTEM',
] as const;

/** Where a notification is shown. */
export const notificationMedia = ['IN_APP', 'EMAIL'] as const;

/**
 * What one person is told. It refers to the object that it is about, so that it is hidden with the object and deleted
 * with it.
 */
export const notifications = table(
  'notifications',
  {
    id: primaryId(),
    profileId: uuid()
      .notNull()
      .references(() => profiles.id, { onDelete: 'cascade' }),
    type: text({ enum: notificationTypes }).notNull(),
    title: label().notNull(),
    message: text(),
    metadata: jsonb().$type<EventMetadata>().notNull().default({}),
    /** The person who did it last. */
    actorId: uuid().references(() => profiles.id, { onDelete: 'set null' }),
    // Not called taskId and projectId: an event with these keys belongs to the activity of the task or project
    aboutTaskId: uuid().references(() => tasks.id, { onDelete: 'cascade' }),
    aboutProjectId: uuid().references(() => projects.id, { onDelete: 'cascade' }),
    aboutMilestoneId: uuid().references(() => milestones.id, { onDelete: 'cascade' }),
    aboutMessageId: uuid().references(() => messages.id, { onDelete: 'cascade' }),
    aboutLeaveRequestId: uuid().references(() => leaveRequests.id, { onDelete: 'cascade' }),
    aboutTimesheetId: uuid().references(() => timesheets.id, { onDelete: 'cascade' }),
    aboutActivityReportId: uuid().references(() => activityReports.id, { onDelete: 'cascade' }),
    /** What happened to which object. The same again is added to the person's unread notification with this key. */
    groupKey: rank().notNull(),
    occurrences: integer().notNull().default(1),
    /** When it happened, for the last time. */
    happenedAt: instant().notNull(),
    readAt: instant(),
    ...lifetime,
  },
  (t) => [
    uniqueIndex('notifications_group').on(t.groupKey, t.profileId).where(sql`${t.readAt} is null`),
    index('notifications_profile').on(t.profileId, t.happenedAt, t.id),
    index('notifications_unread').on(t.profileId, t.happenedAt, t.id).where(sql`${t.readAt} is null`),
    index('notifications_actor').on(t.actorId),
    index('notifications_task').on(t.aboutTaskId),
    index('notifications_project').on(t.aboutProjectId),
    index('notifications_milestone').on(t.aboutMilestoneId),
    index('notifications_message').on(t.aboutMessageId),
    index('notifications_leave_request').on(t.aboutLeaveRequestId),
    index('notifications_timesheet').on(t.aboutTimesheetId),
    index('notifications_activity_report').on(t.aboutActivityReportId),
    check('notifications_type', oneOf(t.type, notificationTypes)),
    check(
      'notifications_about',
      sql`num_nonnulls(${t.aboutTaskId}, ${t.aboutProjectId}, ${t.aboutMilestoneId}, ${t.aboutMessageId}, ${t.aboutLeaveRequestId}, ${t.aboutTimesheetId}, ${t.aboutActivityReportId}) <= 1`,
    ),
    check('notifications_occurrences', sql`${t.occurrences} > 0`),
  ],
);

/** Which notifications a person receives: where nothing is chosen, all in the product and none by mail. */
export const notificationPreferences = table(
  'notification_preferences',
  {
    id: primaryId(),
    profileId: uuid()
      .notNull()
      .references(() => profiles.id, { onDelete: 'cascade' }),
    type: text({ enum: notificationTypes }).notNull(),
    medium: text({ enum: notificationMedia }).notNull(),
    enabled: boolean().notNull(),
    ...lifetime,
  },
  (t) => [
    uniqueIndex('notification_preferences_choice').on(t.profileId, t.type, t.medium),
    check('notification_preferences_type', oneOf(t.type, notificationTypes)),
    check('notification_preferences_medium', oneOf(t.medium, notificationMedia)),
  ],
);
