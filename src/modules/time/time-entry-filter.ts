import { sql } from 'drizzle-orm';
import { defineFilter, type Filter, filterOf } from '../../graphql/declare/filters.ts';
import { defineOrder } from '../../graphql/declare/ordering.ts';
import { definePage } from '../../graphql/declare/pages.ts';

import { taskFilter } from '../tasks/task-filter.ts';
import { timeEntryStatuses } from './tables.ts';
import { TimeEntryStatus } from './time-entry-status.ts';

const relations = {
  project: { filter: () => filterOf('projects'), description: 'By their project.' },
  task: { filter: () => taskFilter, description: 'By their task.' },
  profile: { filter: () => filterOf('profiles'), description: 'By whose time it is.' },
};

export const timeEntryFilter: Filter<'timeEntries'> = defineFilter('TimeEntryFilter', 'timeEntries', {
  description: 'Which time entries.',
  fields: {
    id: { id: 'TimeEntry', column: 'id', description: 'By id.' },
    projectId: { id: 'Project', column: 'projectId', description: 'By project.' },
    taskId: { id: 'Task', column: 'taskId', description: 'By task.' },
    profileId: { id: 'Profile', column: 'profileId', description: 'By whose time it is.' },
    workDate: { as: 'LocalDate', column: 'workDate', description: 'By the day of the work.' },
    hours: { as: 'Decimal', column: 'hours', description: 'By hours.' },
    description: { as: 'String', column: 'description', description: 'By description.' },
    billable: { as: 'Boolean', column: 'billable', description: 'By whether it can be billed.' },
    status: { enum: TimeEntryStatus, name: 'TimeEntryStatus', column: 'status', description: 'By status.' },
    reviewerId: { id: 'Profile', column: 'reviewerId', description: 'By who reviewed them.' },
    reviewedAt: { as: 'DateTime', column: 'reviewedAt', description: 'By when they were reviewed.' },
    source: { as: 'String', column: 'source', description: 'By the tool that they came from.' },
    externalReference: { as: 'String', column: 'externalReference', description: 'By external reference.' },
    createdAt: { as: 'DateTime', column: 'createdAt', description: 'By when they were recorded.' },
    updatedAt: { as: 'DateTime', column: 'updatedAt', description: 'By when they last changed.' },
  },
  relations,
});

const timeEntryOrder = defineOrder('TimeEntry', 'timeEntries', {
  WORK_DATE: { column: 'workDate', description: 'Day of the work.' },
  HOURS: { column: 'hours', description: 'Hours.' },
  STATUS: { column: 'status', description: 'Status: pending, validated, rejected.', values: timeEntryStatuses },
  DESCRIPTION: { column: 'description', description: 'Description; none comes first.', absent: sql`''` },
  CREATED_AT: { column: 'createdAt', description: 'When they were recorded.' },
  UPDATED_AT: { column: 'updatedAt', description: 'When they last changed.' },
});

export const timeEntryPage = definePage(timeEntryFilter, timeEntryOrder);

const runningTimerFilter: Filter<'runningTimers'> = defineFilter('RunningTimerFilter', 'runningTimers', {
  description: 'Which running timers.',
  fields: {
    id: { id: 'RunningTimer', column: 'id', description: 'By id.' },
    projectId: { id: 'Project', column: 'projectId', description: 'By project.' },
    taskId: { id: 'Task', column: 'taskId', description: 'By task.' },
    profileId: { id: 'Profile', column: 'profileId', description: 'By whose timer it is.' },
    startedAt: { as: 'DateTime', column: 'startedAt', description: 'By when they were started.' },
  },
  relations,
});

const runningTimerOrder = defineOrder('RunningTimer', 'runningTimers', {
  STARTED_AT: { column: 'startedAt', description: 'When they were started.' },
});

export const runningTimerPage = definePage(runningTimerFilter, runningTimerOrder);
