/** The path of each type of object. */
const paths = {
  aboutTaskId: 'tasks',
  aboutProjectId: 'projects',
  aboutMilestoneId: 'milestones',
  aboutMessageId: 'messages',
  aboutLeaveRequestId: 'leave',
  aboutTimesheetId: 'timesheets',
  aboutActivityReportId: 'activity-reports',
} as const;

type Key = keyof typeof paths;

const keys = Object.keys(paths) as Key[];

export const linkColumns = Object.fromEntries(keys.map((key) => [key, true])) as Record<Key, true>;

/** The path of the object of a notification in the front end; null if it is about none. */
export function linkOf(row: Readonly<Record<Key, string | null>>): string | null {
  const key = keys.find((each) => row[each] !== null);
  return key ? `/${paths[key]}/${row[key]}` : null;
}
