import { defineRowRule } from '../../access/row-rules.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { defineConnection, listOf } from '../../graphql/declare/pages.ts';
import { Profile } from '../people/profile.ts';
import { Project } from '../projects/project.ts';
import { Task } from '../tasks/task.ts';
import { readableTime } from './policy.ts';
import { timeEntries } from './tables.ts';
import { timeEntryPage } from './time-entry-filter.ts';
import { TimeEntryStatus } from './time-entry-status.ts';

defineRowRule('timeEntries', readableTime);

export const TimeEntry = builder.drizzleNode('timeEntries', {
  name: 'TimeEntry',
  description: 'Work that a person did on a project on one day.',
  id: { column: timeEntries.id },
  select: { columns: {} },
  fields: (t) => ({
    project: t.relation('project', { nullable: true, description: 'The project; null when you may not see it.' }),
    task: t.relation('task', { nullable: true, description: 'The task of that project, if it was about one.' }),
    profile: t.relation('profile', { nullable: true, description: 'Who worked; null when you may not see them.' }),
    workDate: t.expose('workDate', { type: 'LocalDate', description: 'The day of the work.' }),
    hours: t.expose('hours', { type: 'Decimal', description: 'Hours worked, exact to two digits.' }),
    description: t.exposeString('description', { nullable: true, description: 'What was done.' }),
    billable: t.exposeBoolean('billable', { description: 'Whether the client can be billed for it.' }),
    status: t.expose('status', { type: TimeEntryStatus, description: 'Where it stands in its review.' }),
    reviewer: t.relation('reviewer', { nullable: true, description: 'Who validated or rejected it.' }),
    reviewedAt: t.expose('reviewedAt', { type: 'DateTime', nullable: true, description: 'When it was reviewed.' }),
    reviewNote: t.exposeString('reviewNote', { nullable: true, description: 'What the reviewer said about it.' }),
    source: t.exposeString('source', {
      nullable: true,
      description: 'The tool that it came from; `import:` and a name for imported history, null when entered here.',
    }),
    externalReference: t.exposeString('externalReference', {
      nullable: true,
      description: 'The key of this entry in the system it was imported from.',
    }),
    version: t.exposeInt('version', { description: 'Counts the changes; pass it as `expectedVersion`.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was recorded.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});

const TimeEntryConnection = defineConnection(TimeEntry, 'TimeEntry');

const listed = { args: timeEntryPage.args, totalCount: true, query: timeEntryPage.query } as const;

builder.drizzleObjectFields(Project, (t) => ({
  timeEntries: t.relatedConnection(
    'timeEntries',
    { ...listed, description: 'The work done on this project.' },
    ...TimeEntryConnection,
  ),
}));

builder.drizzleObjectFields(Task, (t) => ({
  timeEntries: t.relatedConnection(
    'timeEntries',
    { ...listed, description: 'The work done on this task.' },
    ...TimeEntryConnection,
  ),
}));

builder.drizzleObjectFields(Profile, (t) => ({
  timeEntries: t.relatedConnection(
    'timeEntries',
    { ...listed, description: 'The work that this person did.' },
    ...TimeEntryConnection,
  ),
}));

builder.queryField('timeEntries', (t) =>
  t.drizzleConnection(
    {
      type: TimeEntry,
      args: timeEntryPage.args,
      authScopes: { member: true },
      extensions: listOf(timeEntryPage),
      description: 'The work that people of the company recorded.',
      totalCount: (_root, args, ctx) => ctx.db.count('timeEntries', timeEntryPage.where(args)),
      resolve: (query, _root, args, ctx) => ctx.db.query.timeEntries.findMany(query(timeEntryPage.query(args))),
    },
    ...TimeEntryConnection,
  ),
);
