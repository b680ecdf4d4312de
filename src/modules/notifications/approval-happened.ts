import { type SQL, sql } from 'drizzle-orm';
import { clients } from '../clients/tables.ts';
import { onEvent } from '../events/handlers.ts';
import { leaveRequests } from '../leave/tables.ts';
import { profiles } from '../people/tables.ts';
import { projects } from '../projects/tables.ts';
import { settings } from '../settings/tables.ts';
import { activityReports, timeEntries, timesheets } from '../time/tables.ts';
import { aboutId, defineNotification, type Kind } from './notify.ts';

type Reviewed = typeof timesheets | typeof leaveRequests | typeof activityReports;

/** A column of the object that the notification is about. */
const ofObject = (table: Reviewed, column: SQL | Reviewed['profileId']): SQL =>
  sql`select ${column} from ${table} where ${table.id} = ${aboutId}`;

const managerOf = (table: Reviewed): SQL =>
  sql`select ${profiles.managerId} from ${profiles} where ${profiles.id} = (${ofObject(table, table.profileId)})`;

const week = sql`(${ofObject(timesheets, sql`${timesheets.weekStart}::text`)})`;
const days = sql`(${ofObject(leaveRequests, sql`${leaveRequests.fromDate}::text || ' – ' || ${leaveRequests.toDate}::text`)})`;
/** The project is named to its contact only: the person may not see it any more. */
const month = sql`(${ofObject(activityReports, sql`to_char(${activityReports.month}, 'YYYY-MM')`)})`;
const report = sql`(select ${projects.name} || ', ' || to_char(${activityReports.month}, 'YYYY-MM') from ${activityReports}
  join ${projects} on ${projects.id} = ${activityReports.projectId} where ${activityReports.id} = ${aboutId})`;

/** With the setting PROJECT_MANAGERS, those of the projects in the week; otherwise the person's manager. */
const approvers = sql`select ${projects.managerId} from ${timesheets}
  join ${timeEntries} on ${timeEntries.profileId} = ${timesheets.profileId}
    and ${timeEntries.workDate} between ${timesheets.weekStart} and ${timesheets.weekStart} + 6
  join ${projects} on ${projects.id} = ${timeEntries.projectId}
  where ${timesheets.id} = ${aboutId} and ${isApprovedByProject()}
  union ${managerOf(timesheets)} and not ${isApprovedByProject()}`;

function isApprovedByProject(): SQL {
  return sql`exists (select from ${settings} where ${settings.key} = 'timeApproval'
    and ${settings.value} = '"PROJECT_MANAGERS"'::jsonb)`;
}

const contact = sql`select ${clients.contactId} from ${activityReports}
  join ${projects} on ${projects.id} = ${activityReports.projectId}
  join ${clients} on ${clients.id} = ${projects.clientId} where ${activityReports.id} = ${aboutId}`;

const ofWeek = { about: 'aboutTimesheetId', message: week } as const;
const ofLeave = { about: 'aboutLeaveRequestId', message: days } as const;
const ofReport = { about: 'aboutActivityReportId', message: month } as const;
const person = (table: Reviewed): SQL => ofObject(table, table.profileId);

const reviews: Record<string, Omit<Kind, 'event'>> = {
  'timesheet.submitted': { ...ofWeek, type: 'INFO', title: 'A week waits for approval', recipients: approvers },
  'timesheet.approved': { ...ofWeek, type: 'SUCCESS', title: 'Your week was approved', recipients: person(timesheets) },
  'timesheet.rejected': { ...ofWeek, type: 'WARNING', title: 'Your week was rejected', recipients: person(timesheets) },
  'timesheet.reopened': { ...ofWeek, type: 'WARNING', title: 'Your week was reopened', recipients: person(timesheets) },
  'leaveRequest.approved': {
    ...{ ...ofLeave, type: 'SUCCESS', title: 'Your leave was approved', recipients: person(leaveRequests) },
  },
  'leaveRequest.rejected': {
    ...{ ...ofLeave, type: 'WARNING', title: 'Your leave was rejected', recipients: person(leaveRequests) },
  },
  'activityReport.submitted': {
    ...{ about: 'aboutActivityReportId', type: 'INFO', title: 'An activity report waits for your signature' },
    ...{ message: report, recipients: contact },
  },
  'activityReport.signed': {
    ...{ ...ofReport, type: 'SUCCESS', title: 'Your activity report was signed', recipients: person(activityReports) },
  },
  'activityReport.returned': {
    ...{ ...ofReport, type: 'WARNING', title: 'Your activity report was returned' },
    recipients: person(activityReports),
  },
};

for (const [event, review] of Object.entries(reviews)) {
  const notify = defineNotification({ event, ...review });
  onEvent(event, async (tx, viewer, { resourceId }) => notify(tx, viewer, { aboutId: resourceId }));
}

const notifyManager = defineNotification({
  ...{ ...ofLeave, event: 'leaveRequest.requested', type: 'INFO', title: 'Leave waits for approval' },
  recipients: managerOf(leaveRequests),
});

onEvent('leaveRequest.requested', async (tx, viewer, { resourceId, after }) => {
  // Leave of a type that needs no approval is approved at once
  if (after?.status === 'REQUESTED') notifyManager(tx, viewer, { aboutId: resourceId });
});
