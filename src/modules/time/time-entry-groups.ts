import { type SQL, sql } from 'drizzle-orm';
import { builder } from '../../graphql/declare/builder.ts';
import { weekdays } from '../settings/registry.ts';
import { settings } from '../settings/tables.ts';
import { timeEntries } from './tables.ts';

/**
 * The keys that time entries can be grouped by: the description of the enum value, the result key, and the SQL value.
 */
const groups = {
  PROJECT: { description: 'By project.', key: 'projectId', value: sql`${timeEntries.projectId}` },
  PROFILE: { description: 'By person.', key: 'profileId', value: sql`${timeEntries.profileId}` },
  TASK: { description: 'By task; one group for entries without.', key: 'taskId', value: sql`${timeEntries.taskId}` },
  DAY: { description: 'By day.', key: 'day', value: sql`${timeEntries.workDate}` },
  WEEK: {
    description: 'By week, which begins on the day set in `tenantSettings`.',
    key: 'week',
    value: startOfWeek(),
  },
  MONTH: { description: 'By calendar month.', key: 'month', value: startOf('month') },
  YEAR: { description: 'By calendar year.', key: 'year', value: startOf('year') },
  STATUS: { description: 'By status of the review.', key: 'status', value: sql`${timeEntries.status}` },
  BILLABLE: { description: 'By whether they can be billed.', key: 'billable', value: sql`${timeEntries.billable}` },
  SOURCE: { description: 'By the tool that they came from.', key: 'source', value: sql`${timeEntries.source}` },
} as const satisfies Record<string, { description: string; key: string; value: SQL }>;

export type TimeEntryGroupName = keyof typeof groups;

// As a date, which is grouped and sorted faster than text; the driver returns it as text anyway.
function startOf(unit: 'month' | 'year'): SQL {
  return sql`date_trunc(${sql.raw(`'${unit}'`)}, ${timeEntries.workDate}::timestamp)::date`;
}

/** The first day of the organization's week: Postgres weeks begin on Monday, so days are shifted there and back. */
function startOfWeek(): SQL {
  const days = sql.raw(`array[${weekdays.map((day) => `'${day}'`).join(', ')}]`);
  const first = sql`(select array_position(${days}, ${settings.value} #>> '{}') from ${settings} where ${settings.key} = 'weekStartsOn')`;
  const shift = sql`(coalesce(${first}, 1) - 1)`;
  return sql`(date_trunc('week', (${timeEntries.workDate} - ${shift})::timestamp)::date + ${shift})`;
}

export const groupOf = (name: TimeEntryGroupName): { key: string; value: SQL } => groups[name];

export const TimeEntryGroup = builder.enumType('TimeEntryGroup', {
  description: 'The keys that time entries can be grouped by.',
  values: Object.fromEntries(Object.entries(groups).map(([name, { description }]) => [name, { description }])) as {
    [N in TimeEntryGroupName]: { description: string };
  },
});
