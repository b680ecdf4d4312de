import { type RowRule, rowRuleOf, type TableName, type WhereOf } from '../../access/row-rules.ts';
import type { Viewer } from '../../identity/viewer.ts';

/** The relations to the objects that notifications are about, with their tables. */
const objects = {
  aboutTask: 'tasks',
  aboutProject: 'projects',
  aboutMilestone: 'milestones',
  aboutMessage: 'messages',
  aboutLeaveRequest: 'leaveRequests',
  aboutTimesheet: 'timesheets',
  aboutActivityReport: 'activityReports',
} as const satisfies Record<string, TableName>;

/** One's own notifications, without those about an object that one may not see now. */
export function readableNotifications(viewer: Viewer): RowRule<'notifications'> {
  if (!viewer.permissions.has('notification:read')) return 'none';
  const visible = Object.entries(objects).flatMap(([relation, table]) => {
    const rule = rowRuleOf(table, viewer);
    if (rule === 'all') return [];
    const absent = { [`${relation}Id`]: { isNull: true } };
    return [rule === 'none' ? absent : { OR: [absent, { [relation]: rule }] }];
  });
  return { profileId: viewer.profileId, AND: visible } as WhereOf<'notifications'>;
}

export const readablePreferences = (viewer: Viewer): RowRule<'notificationPreferences'> =>
  viewer.permissions.has('notification:read') ? { profileId: viewer.profileId } : 'none';
