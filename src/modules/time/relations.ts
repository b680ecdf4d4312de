import { defineRelationsPart } from 'drizzle-orm';
import * as people from '../people/tables.ts';
import * as projects from '../projects/tables.ts';
import * as tasks from '../tasks/tables.ts';
import * as tables from './tables.ts';

export const timeRelations = defineRelationsPart({ ...people, ...projects, ...tasks, ...tables }, (r) => ({
  timeEntries: {
    project: r.one.projects({ from: r.timeEntries.projectId, to: r.projects.id, optional: false }),
    profile: r.one.profiles({ from: r.timeEntries.profileId, to: r.profiles.id, optional: false, alias: 'work' }),
    task: r.one.tasks({ from: r.timeEntries.taskId, to: r.tasks.id }),
    reviewer: r.one.profiles({ from: r.timeEntries.reviewerId, to: r.profiles.id, alias: 'review' }),
  },
  timesheets: {
    profile: r.one.profiles({ from: r.timesheets.profileId, to: r.profiles.id, optional: false, alias: 'week' }),
    reviewer: r.one.profiles({ from: r.timesheets.reviewerId, to: r.profiles.id, alias: 'week review' }),
  },
  runningTimers: {
    profile: r.one.profiles({ from: r.runningTimers.profileId, to: r.profiles.id, optional: false }),
    project: r.one.projects({ from: r.runningTimers.projectId, to: r.projects.id, optional: false }),
    task: r.one.tasks({ from: r.runningTimers.taskId, to: r.tasks.id }),
  },
  activityReports: {
    profile: r.one.profiles({ from: r.activityReports.profileId, to: r.profiles.id, optional: false, alias: 'report' }),
    project: r.one.projects({ from: r.activityReports.projectId, to: r.projects.id, optional: false }),
    signer: r.one.profiles({ from: r.activityReports.signerId, to: r.profiles.id, alias: 'signature' }),
    lines: r.many.activityReportLines({ from: r.activityReports.id, to: r.activityReportLines.reportId }),
  },
  activityReportLines: {
    report: r.one.activityReports({
      from: r.activityReportLines.reportId,
      to: r.activityReports.id,
      optional: false,
    }),
  },
  projects: {
    activityReports: r.many.activityReports({ from: r.projects.id, to: r.activityReports.projectId }),
    timeEntries: r.many.timeEntries({ from: r.projects.id, to: r.timeEntries.projectId }),
  },
  profiles: {
    activityReports: r.many.activityReports({ from: r.profiles.id, to: r.activityReports.profileId, alias: 'report' }),
    timeEntries: r.many.timeEntries({ from: r.profiles.id, to: r.timeEntries.profileId, alias: 'work' }),
    timesheets: r.many.timesheets({ from: r.profiles.id, to: r.timesheets.profileId, alias: 'week' }),
  },
  tasks: {
    timeEntries: r.many.timeEntries({ from: r.tasks.id, to: r.timeEntries.taskId }),
  },
}));
