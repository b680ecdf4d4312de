import { count, type SQL, sql } from 'drizzle-orm';
import type { WhereOf } from '../../access/row-rules.ts';
import type { Context } from '../../graphql/context.ts';
import { builder } from '../../graphql/declare/builder.ts';
import type { FilterInput } from '../../graphql/declare/filters.ts';
import { filterOf } from '../../graphql/declare/filters.ts';
import { groupsOf, rowOfGroup, sameGroup } from '../../graphql/declare/groups.ts';
import { badInput } from '../../lib/errors.ts';
import { Profile } from '../people/profile.ts';
import { Project } from '../projects/project.ts';
import { Task } from '../tasks/task.ts';
import { timeEntries, type timeEntryStatuses } from './tables.ts';
import { TimeEntry } from './time-entry.ts';
import { groupOf, TimeEntryGroup, type TimeEntryGroupName } from './time-entry-groups.ts';
import { TimeEntryStatus } from './time-entry-status.ts';

const mostGroups = 10_000;

interface Keys {
  projectId?: string;
  profileId?: string;
  taskId?: string | null;
  day?: string;
  week?: string;
  month?: string;
  year?: string;
  status?: (typeof timeEntryStatuses)[number];
  billable?: boolean;
  source?: string | null;
}

interface Aggregate extends Keys {
  count: number;
  sum: string;
  avg: string | null;
  min: string | null;
  max: string | null;
}

const day = (description: string) => ({ type: 'LocalDate', nullable: true, description }) as const;

const AggregateKeys = builder.objectRef<Keys>('TimeEntriesAggregateKeys').implement({
  description: 'The values that the entries of a group share; null for keys that were not grouped by.',
  fields: (t) => ({
    project: t.field({
      type: Project,
      nullable: true,
      authScopes: { permission: 'project:read' },
      description: 'The project.',
      extensions: rowOfGroup('projectId'),
      resolve: ({ projectId }) => rowOf(projectId),
    }),
    profile: t.field({
      type: Profile,
      nullable: true,
      authScopes: { permission: 'people:read' },
      description: 'The person.',
      extensions: rowOfGroup('profileId'),
      resolve: ({ profileId }) => rowOf(profileId),
    }),
    task: t.field({
      type: Task,
      nullable: true,
      authScopes: { permission: 'task:read' },
      description: 'The task; also null for entries without a task.',
      extensions: rowOfGroup('taskId'),
      resolve: ({ taskId }) => rowOf(taskId),
    }),
    day: t.expose('day', day('The day.')),
    week: t.expose('week', day('First day of the week.')),
    month: t.expose('month', day('First day of the month.')),
    year: t.expose('year', day('First day of the year.')),
    status: t.expose('status', { type: TimeEntryStatus, nullable: true, description: 'Status of the review.' }),
    billable: t.exposeBoolean('billable', { nullable: true, description: 'Whether it can be billed.' }),
    source: t.exposeString('source', { nullable: true, description: 'The tool that the entries came from.' }),
  }),
});

/** A row of which only the id is known: its selected fields are read for all groups together. */
const rowOf = (id: string | null | undefined): never => (id ? { id } : null) as never;

const TimeEntriesAggregate = builder.objectRef<Aggregate>('TimeEntriesAggregate').implement({
  description: 'An aggregate of time entries. Sums are exact.',
  fields: (t) => ({
    keys: t.field({
      type: AggregateKeys,
      description: 'The values that the entries share.',
      extensions: sameGroup,
      resolve: (group) => group,
    }),
    count: t.exposeInt('count', { description: 'Number of entries.' }),
    sum: t.expose('sum', { type: 'Decimal', description: 'Total hours.' }),
    avg: t.expose('avg', { type: 'Decimal', nullable: true, description: 'Average hours of an entry.' }),
    min: t.expose('min', { type: 'Decimal', nullable: true, description: 'Hours of the shortest entry.' }),
    max: t.expose('max', { type: 'Decimal', nullable: true, description: 'Hours of the longest entry.' }),
  }),
});

const { hours } = timeEntries;
const measures = {
  count: count(),
  sum: sql<string>`coalesce(sum(${hours}), 0)`,
  avg: sql<string | null>`avg(${hours})`,
  min: sql<string | null>`min(${hours})`,
  max: sql<string | null>`max(${hours})`,
};

const measureNames = Object.keys(measures) as (keyof typeof measures)[];

/** One statement for any grouping. Without keys it returns one row, even for no entries. */
async function aggregate(
  ctx: Context,
  names: readonly TimeEntryGroupName[],
  where: WhereOf<'timeEntries'> | undefined,
  limit: number,
): Promise<Aggregate[]> {
  const groups = [...new Set(names)].map(groupOf);
  const keys = Object.fromEntries(groups.map(({ key, value }) => [key, value.as(key)]));
  const values = groups.map(({ value }): SQL => value);
  const query = ctx.db
    .select({ ...keys, ...measures })
    .from(timeEntries)
    .where(ctx.db.matching('timeEntries', where));
  const rows = groups.length ? query.groupBy(...values).orderBy(...values) : query;
  return (await rows.limit(limit)) as Aggregate[];
}

interface AggregateArguments {
  groupBy?: readonly TimeEntryGroupName[] | null;
  where?: FilterInput | null;
  limit?: number | null;
}

function checkedLimit({ limit }: AggregateArguments): number {
  const most = limit ?? 1000;
  if (most < 1 || most > mostGroups) throw badInput(`must be between 1 and ${mostGroups}`, 'limit');
  return most;
}

const named = (value: SQL, name: string): SQL => sql`${value} as ${sql.identifier(name)}`;

/** The same statement as part of another one. */
const compiledGroups = groupsOf({
  table: 'timeEntries',
  where: ({ where }: AggregateArguments) => TimeEntry.page.where({ where }),
  limit: (args: AggregateArguments) => checkedLimit(args),
  rows({ groupBy }: AggregateArguments, matching, limit) {
    const groups = [...new Set(groupBy ?? [])].map(groupOf);
    const values = groups.map(({ value }): SQL => value);
    const columns = [
      ...groups.map(({ key, value }) => named(value, key)),
      ...measureNames.map((name) => named(measures[name], name)),
    ];
    const order = groups.length
      ? sql` group by ${sql.join(values, sql`, `)} order by ${sql.join(values, sql`, `)}`
      : sql``;
    return {
      columns: [...groups.map(({ key }) => key), ...measureNames],
      sql: sql`select ${sql.join(columns, sql`, `)} from ${timeEntries}${matching && sql` where ${matching}`}${order} limit ${limit}`,
    };
  },
});

builder.queryField('timeEntriesAggregate', (t) =>
  t.field({
    type: [TimeEntriesAggregate],
    authScopes: { reads: 'timeEntries' },
    extensions: compiledGroups,
    description: 'Time entries aggregated in groups, ordered by the keys of the groups.',
    args: {
      groupBy: t.arg({
        type: [TimeEntryGroup],
        defaultValue: [],
        description: 'The keys to group by; one group of all entries if empty.',
      }),
      where: t.arg({ type: filterOf('timeEntries').ref, description: 'Only entries that match.' }),
      limit: t.arg.int({ defaultValue: 1000, description: `Most groups to return, up to ${mostGroups}.` }),
    },
    complexity: { field: 10, multiplier: 5 },
    resolve: (_root, { groupBy, where, limit }, ctx) =>
      aggregate(ctx, groupBy ?? [], TimeEntry.page.where({ where }), checkedLimit({ limit })),
  }),
);
