import { type SQL, sql } from 'drizzle-orm';
import { builder } from '../../graphql/builder.ts';
import { timeEntries } from './tables.ts';

/** What time entries can be summed up by: how the enum value reads, and the value that the rows of a group share. */
const groups = {
  PROJECT: { description: 'By project.', key: 'projectId', value: sql`${timeEntries.projectId}` },
  PROFILE: { description: 'By whose time it is.', key: 'profileId', value: sql`${timeEntries.profileId}` },
  TASK: { description: 'By task; one group for entries without.', key: 'taskId', value: sql`${timeEntries.taskId}` },
  DAY: { description: 'By day.', key: 'day', value: sql`${timeEntries.workDate}::text` },
  WEEK: { description: 'By week, from Monday on.', key: 'week', value: startOf('week') },
  MONTH: { description: 'By calendar month.', key: 'month', value: startOf('month') },
  YEAR: { description: 'By calendar year.', key: 'year', value: startOf('year') },
  STATUS: { description: 'By status of the review.', key: 'status', value: sql`${timeEntries.status}` },
  BILLABLE: { description: 'By whether it can be billed.', key: 'billable', value: sql`${timeEntries.billable}` },
  SOURCE: { description: 'By the tool that they came from.', key: 'source', value: sql`${timeEntries.source}` },
} as const satisfies Record<string, { description: string; key: string; value: SQL }>;

export type TimeEntryGroupName = keyof typeof groups;

// As text: a day of the calendar is no instant, and must not become one on the way.
function startOf(unit: 'week' | 'month' | 'year'): SQL {
  return sql`date_trunc(${sql.raw(`'${unit}'`)}, ${timeEntries.workDate}::timestamp)::date::text`;
}

export const groupOf = (name: TimeEntryGroupName): { key: string; value: SQL } => groups[name];

export const TimeEntryGroup = builder.enumType('TimeEntryGroup', {
  description: 'What time entries can be summed up by.',
  values: Object.fromEntries(Object.entries(groups).map(([name, { description }]) => [name, { description }])) as {
    [N in TimeEntryGroupName]: { description: string };
  },
});
