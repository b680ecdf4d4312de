/** The event of a step of a timesheet. */
export const timesheetEvent = (verb: string, resourceId: string, changes: object) => ({
  action: `timesheet.${verb}`,
  resourceType: 'Timesheet',
  resourceId,
  ...changes,
});
