import { and, eq, ne, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { conditionOf } from '../../access/guarded-db.ts';
import type { Context } from '../../graphql/context.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { extrasOfViewer } from '../../graphql/declare/viewer-extras.ts';
import { Profile } from '../people/profile.ts';
import { Project } from '../projects/project.ts';
import { Task } from '../tasks/task.ts';
import { seesAllTime } from './policy.ts';
import { timeEntries } from './tables.ts';

/** The total hours that refer to a row, as part of the statement that reads the row. Rejected hours do not count. */
const hoursOf =
  (reference: PgColumn, visible?: SQL) =>
  (parent: { id: PgColumn | SQL.Aliased | SQL }): SQL<string> => {
    const counted = and(eq(reference, parent.id), ne(timeEntries.status, 'REJECTED'), visible);
    return sql<string>`(select coalesce(sum(${timeEntries.hours}), 0) from ${timeEntries} where ${counted})`;
  };

const ofProject = { extras: { workedHours: hoursOf(timeEntries.projectId) } };
const ofTask = { extras: { workedHours: hoursOf(timeEntries.taskId) } };
/** A viewer may see a person, but not all projects that the person works on. */
const ofProfile = extrasOfViewer((viewer) => {
  const visible = conditionOf(timeEntries, viewer);
  return { extras: { workedHours: hoursOf(timeEntries.profileId, visible) } };
});

const field = {
  type: 'Decimal',
  nullable: true,
  authScopes: (_parent: unknown, _args: unknown, ctx: Context): boolean => seesAllTime(ctx.viewer),
} as const;

builder.drizzleObjectFields(Project, (t) => ({
  hours: t.field({
    ...field,
    description: 'Hours worked on this project, without rejected ones. Needs time:read-all.',
    select: ofProject,
    resolve: ({ workedHours }) => workedHours,
  }),
}));

builder.drizzleObjectFields(Task, (t) => ({
  hours: t.field({
    ...field,
    description: 'Hours worked on this task, without rejected ones. Needs time:read-all.',
    select: ofTask,
    resolve: ({ workedHours }) => workedHours,
  }),
}));

builder.drizzleObjectFields(Profile, (t) => ({
  hours: t.field({
    ...field,
    description: 'Hours that this person worked in projects that you see, without rejected ones. Needs time:read-all.',
    select: (_args: object, ctx: Context) => ofProfile(ctx),
    resolve: ({ workedHours }) => workedHours,
  }),
}));
