import { sql } from 'drizzle-orm';
import { boolean, check, date, index, integer, numeric, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { externalReference, instant, lifetime, oneOf, primaryId, table, version } from '../../lib/columns.ts';
import { profiles } from '../people/tables.ts';
import { projects } from '../projects/tables.ts';
import { tasks } from '../tasks/tables.ts';

export const timeEntryStatuses = ['PENDING', 'VALIDATED', 'REJECTED'] as const;

/** Work that a person did on a project on one day. */
export const timeEntries = table(
  'time_entries',
  {
    id: primaryId(),
    projectId: uuid()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    profileId: uuid()
      .notNull()
      .references(() => profiles.id),
    /** A task of the same project. The entry outlives the task. */
    taskId: uuid().references(() => tasks.id, { onDelete: 'set null' }),
    workDate: date().notNull(),
    hours: numeric({ precision: 6, scale: 2 }).notNull(),
    /** When the work began and ended, if that is known. */
    startedAt: instant(),
    endedAt: instant(),
    description: text(),
    billable: boolean().notNull().default(true),
    /** The tool that it came from; `import:<name>` marks imported entries; null if entered here. */
    source: text(),
    status: text({ enum: timeEntryStatuses }).notNull().default('PENDING'),
    /** The person who validated or rejected it, the time and the note. */
    reviewerId: uuid().references(() => profiles.id, { onDelete: 'set null' }),
    reviewedAt: instant(),
    reviewNote: text(),
    externalReference: externalReference(),
    version: version(),
    ...lifetime,
  },
  (t) => [
    index('time_entries_project').on(t.projectId, t.workDate),
    index('time_entries_profile').on(t.profileId, t.workDate),
    // Pages of a task's entries are ordered by id: without this order PostgreSQL may search such a page among all
    // entries
    index('time_entries_task').on(t.taskId, t.id),
    // For reading the latest entries of each of many tasks without sorting all entries
    index('time_entries_task_work_date').on(t.taskId, t.workDate, t.id),
    index('time_entries_work_date').on(t.workDate, t.id),
    index('time_entries_reviewer').on(t.reviewerId),
    uniqueIndex('time_entries_external_reference').on(t.externalReference),
    check('time_entries_hours', sql`${t.hours} >= 0`),
    check('time_entries_instants', sql`${t.endedAt} >= ${t.startedAt}`),
    check('time_entries_status', oneOf(t.status, timeEntryStatuses)),
  ],
);

export const uniqueTimeEntryFields = { time_entries_external_reference: 'input.externalReference' };

export const timesheetStatuses = ['DRAFT', 'SUBMITTED', 'APPROVED', 'REJECTED', 'LOCKED'] as const;

/** A person's week, as it is submitted and approved. The entries of its days are not linked: the days decide. */
export const timesheets = table(
  'timesheets',
  {
    id: primaryId(),
    profileId: uuid()
      .notNull()
      .references(() => profiles.id),
    weekStart: date().notNull(),
    status: text({ enum: timesheetStatuses }).notNull().default('DRAFT'),
    submittedAt: instant(),
    /** The person who approved or rejected it, the time and the note. */
    reviewerId: uuid().references(() => profiles.id, { onDelete: 'set null' }),
    reviewedAt: instant(),
    reviewNote: text(),
    externalReference: externalReference(),
    version: version(),
    ...lifetime,
  },
  (t) => [
    uniqueIndex('timesheets_week').on(t.profileId, t.weekStart),
    index('timesheets_week_start').on(t.weekStart, t.id),
    index('timesheets_reviewer').on(t.reviewerId),
    uniqueIndex('timesheets_external_reference').on(t.externalReference),
    check('timesheets_status', oneOf(t.status, timesheetStatuses)),
  ],
);

/** A person's running timer: at most one. Stopping it creates a time entry for each day on which it ran. */
export const runningTimers = table(
  'running_timers',
  {
    id: primaryId(),
    profileId: uuid()
      .notNull()
      .references(() => profiles.id, { onDelete: 'cascade' }),
    projectId: uuid()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    taskId: uuid().references(() => tasks.id, { onDelete: 'set null' }),
    description: text(),
    billable: boolean().notNull().default(true),
    startedAt: instant().notNull(),
  },
  (t) => [
    uniqueIndex('running_timers_profile').on(t.profileId),
    index('running_timers_project').on(t.projectId),
    index('running_timers_task').on(t.taskId),
  ],
);

export const activityReportStatuses = ['DRAFT', 'SUBMITTED', 'SIGNED'] as const;

/** What a person did on a project in a month, for the client to sign (compte rendu d’activité, CRA). */
export const activityReports = table(
  'activity_reports',
  {
    id: primaryId(),
    profileId: uuid()
      .notNull()
      .references(() => profiles.id),
    projectId: uuid()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    /** The first day of the month. */
    month: date().notNull(),
    status: text({ enum: activityReportStatuses }).notNull().default('SUBMITTED'),
    submittedAt: instant(),
    /** Why the client or the person took it back. */
    note: text(),
    /** The client's contact who signed it, their name then, and the time. */
    signerId: uuid().references(() => profiles.id, { onDelete: 'set null' }),
    signerName: text(),
    signedAt: instant(),
    /** The names of the project and of its client when it was signed: the signed content holds them. */
    projectName: text(),
    clientName: text(),
    /** SHA-256 of what was signed. */
    contentHash: text(),
    version: version(),
    ...lifetime,
  },
  (t) => [
    uniqueIndex('activity_reports_month').on(t.profileId, t.month, t.projectId),
    index('activity_reports_project').on(t.projectId, t.month),
    index('activity_reports_signer').on(t.signerId),
    check('activity_reports_status', oneOf(t.status, activityReportStatuses)),
    check('activity_reports_first_day', sql`extract(day from ${t.month}) = 1`),
    check('activity_reports_signed', sql`(${t.status} = 'SIGNED') = (${t.signedAt} is not null)`),
  ],
);

/** A day of a report. They are rows, so that lists, filters and sums treat them as all others. */
export const activityReportLines = table(
  'activity_report_lines',
  {
    id: primaryId(),
    reportId: uuid()
      .notNull()
      .references(() => activityReports.id, { onDelete: 'cascade' }),
    day: date().notNull(),
    hours: numeric({ precision: 6, scale: 2 }).notNull(),
    /** Half days of work: the hours, rounded by the length of the person's working day. */
    halfDays: integer().notNull(),
    version: version(),
    ...lifetime,
  },
  (t) => [
    uniqueIndex('activity_report_lines_day').on(t.reportId, t.day),
    check('activity_report_lines_hours', sql`${t.hours} > 0`),
    check('activity_report_lines_half_days', sql`${t.halfDays} between 0 and 2`),
  ],
);
