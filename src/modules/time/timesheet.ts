import { and, eq, ne, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { builder } from '../../graphql/declare/builder.ts';
import { workText } from '../../graphql/declare/personal-data.ts';
import { defineResource } from '../events/resource.ts';
import { readableTimesheets } from './policy.ts';
import { timeEntries } from './tables.ts';

/** Only the read half: each step locks the person's days, on which the entries depend too. */
export const Timesheet = defineResource('timesheets', {
  name: 'Timesheet',
  description:
    'A person’s week, as it is submitted and approved. While it is SUBMITTED, APPROVED or LOCKED, the time of its days ' +
    'cannot be added to, changed or deleted.',
  read: readableTimesheets,
  fields: {
    profile: { description: 'The person; null if you may not see them.', listDescription: 'The person’s timesheets.' },
    weekStart: 'First day of the week.',
    status: {
      description: 'Its status.',
      values: {
        DRAFT: 'Open: recalled by the person, or reopened for a correction.',
        SUBMITTED: 'Waits for approval.',
        APPROVED: 'Approved: its time is validated.',
        REJECTED: 'Sent back with a reason; the person may correct and submit it again.',
        LOCKED: 'Approved for good.',
      },
    },
    submittedAt: 'When it was last submitted.',
    reviewer: 'The person who last approved, rejected or reopened it.',
    reviewedAt: 'When it was last approved, rejected or reopened.',
    reviewNote: { description: 'The note or reason that the reviewer gave.', personal: workText('profileId') },
  },
  list: 'The timesheets of the organization. A week gets one when it is first submitted.',
});

/** The hours of the days of a week, as part of the statement that reads the timesheet. Rejected hours do not count. */
const hoursOfWeek = (week: { profileId: PgColumn | SQL.Aliased | SQL; weekStart: PgColumn | SQL.Aliased | SQL }) => {
  const counted = and(
    eq(timeEntries.profileId, week.profileId),
    sql`${timeEntries.workDate} between ${week.weekStart} and ${week.weekStart} + 6`,
    ne(timeEntries.status, 'REJECTED'),
  );
  return sql<string>`(select coalesce(sum(${timeEntries.hours}), 0) from ${timeEntries} where ${counted})`;
};

builder.drizzleObjectFields(Timesheet, (t) => ({
  hours: t.field({
    type: 'Decimal',
    description: 'Hours recorded on its days, without rejected ones.',
    select: { extras: { hoursOfWeek } },
    resolve: (sheet) => sheet.hoursOfWeek,
  }),
}));
