import { defineRelationsPart } from 'drizzle-orm';
import * as leave from '../leave/tables.ts';
import * as messaging from '../messaging/tables.ts';
import * as milestones from '../milestones/tables.ts';
import * as people from '../people/tables.ts';
import * as projects from '../projects/tables.ts';
import * as tasks from '../tasks/tables.ts';
import * as time from '../time/tables.ts';
import * as tables from './tables.ts';

const below = { ...people, ...projects, ...leave, ...tasks, ...milestones, ...time, ...messaging };

export const notificationsRelations = defineRelationsPart({ ...below, ...tables }, (r) => ({
  notifications: {
    profile: r.one.profiles({
      from: r.notifications.profileId,
      to: r.profiles.id,
      optional: false,
      alias: 'notification',
    }),
    actor: r.one.profiles({ from: r.notifications.actorId, to: r.profiles.id, alias: 'notification cause' }),
    aboutTask: r.one.tasks({ from: r.notifications.aboutTaskId, to: r.tasks.id }),
    aboutProject: r.one.projects({ from: r.notifications.aboutProjectId, to: r.projects.id }),
    aboutMilestone: r.one.milestones({ from: r.notifications.aboutMilestoneId, to: r.milestones.id }),
    aboutMessage: r.one.messages({ from: r.notifications.aboutMessageId, to: r.messages.id }),
    aboutLeaveRequest: r.one.leaveRequests({ from: r.notifications.aboutLeaveRequestId, to: r.leaveRequests.id }),
    aboutTimesheet: r.one.timesheets({ from: r.notifications.aboutTimesheetId, to: r.timesheets.id }),
    aboutActivityReport: r.one.activityReports({
      from: r.notifications.aboutActivityReportId,
      to: r.activityReports.id,
    }),
  },
  notificationPreferences: {
    profile: r.one.profiles({ from: r.notificationPreferences.profileId, to: r.profiles.id, optional: false }),
  },
}));
