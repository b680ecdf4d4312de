import { eq, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { builder } from '../../graphql/declare/builder.ts';
import { type PersonalData, workText } from '../../graphql/declare/personal-data.ts';
import { defineResource } from '../events/resource.ts';
import { readableReports } from './policy.ts';
import { activityReportLines } from './tables.ts';

/** Proof of a signature: the invoices that rest on it need it. */
const ofSignature: PersonalData<'signerId'> = {
  whose: 'signerId',
  why: 'Proves who signed the report',
  keep: 'As long as the invoices that rest on the report',
  erase: 'KEEP',
};

/** Only the read half: each step locks the person's days, on which the report depends. */
export const ActivityReport = defineResource('activityReports', {
  name: 'ActivityReport',
  description: 'What a person did on a project in a month, by half days, for the client to sign (CRA).',
  read: readableReports,
  fields: {
    profile: { description: 'The person; null if you may not see them.', listDescription: 'The person’s reports.' },
    project: { description: 'The project; null if you may not see it.', listDescription: 'The reports on its months.' },
    month: 'First day of the month.',
    status: {
      description: 'Its status.',
      values: {
        DRAFT: 'Taken back by the person or returned by the client.',
        SUBMITTED: 'Waits for the signature of the client’s contact.',
        SIGNED: 'Signed: it never changes again.',
      },
    },
    submittedAt: 'When it was last submitted.',
    note: { description: 'Why the client returned it.', personal: workText('profileId') },
    signer: 'The contact of the client who signed it.',
    signerName: { description: 'The name of the signer when it was signed.', personal: ofSignature },
    signedAt: 'When it was signed.',
    projectName: { description: 'The name of the project when it was signed.', personal: false },
    clientName: {
      description: 'The name of the client when it was signed; null without client:read.',
      needs: 'client:read',
      personal: false,
    },
    contentHash: { description: 'SHA-256 of what was signed, in hexadecimal digits.', personal: false },
  },
  list: 'The monthly activity reports. A month gets one when it is first submitted.',
});

defineResource('activityReportLines', {
  name: 'ActivityReportLine',
  noun: 'line',
  nouns: 'lines of activity reports',
  description: 'A day of an activity report.',
  parent: 'report',
  read: 'parent',
  fields: {
    report: { description: 'The report.', listDescription: 'Its days with work, in order.' },
    day: 'The day.',
    hours: 'Validated hours of the person on the project.',
    halfDays: 'Half days of work: the hours by the length of the person’s working day, rounded half up; 0, 1 or 2.',
  },
  order: { day: 'asc' },
  list: 'The days of all activity reports.',
});

/** The days of a report, as part of the statement that reads it. */
const daysOfReport = ({ id }: { id: PgColumn | SQL.Aliased | SQL }) => {
  const lines = sql`select coalesce(sum(${activityReportLines.halfDays}), 0) from ${activityReportLines}`;
  return sql<string>`((${lines} where ${eq(activityReportLines.reportId, id)}) / 2.0)::numeric(6, 1)`;
};

builder.drizzleObjectFields(ActivityReport, (t) => ({
  days: t.field({
    type: 'Decimal',
    description: 'Days of work: half of its half days.',
    select: { extras: { daysOfReport } },
    resolve: (report) => report.daysOfReport,
  }),
}));
