import { expect, it } from 'vitest';
import { createMilestone } from '../milestones/support.ts';
import { createClient, createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { world } from '../support/world.ts';
import { createTask } from '../tasks/support.ts';

const server = await world();

// Every figure is computed by hand. In January 2025 the 1st, a Wednesday, is a holiday; so is Friday, 15 August.
it('a year of a person: a project from a template, weeks, a report, leave and a view', async () => {
  const company = await server.company();
  const manager = await company.as('MANAGER');
  const member = await company.as('MEMBER');
  const contact = await company.as('CLIENT');
  const profileId = `Profile:${member.profileId}`;
  await run(manager, 'updateTenantSettings', { hoursPerDay: '7' });
  await run(manager, 'updateProfile', { id: profileId, employedFrom: '2024-06-01' });

  // A project is planned from a template: ten working days from the first day to Friday of the second week
  const clientId = await createClient(manager, { name: 'Initech', contactId: `Profile:${contact.profileId}` });
  const model = await createProject(manager, { clientId, name: 'Model', startDate: '2024-12-02', isTemplate: true });
  const modelTask = await createTask(manager, { projectId: model, name: 'Build', dueDate: '2024-12-13' });
  const days = { startDate: '2024-12-02', dueDate: '2024-12-20' };
  const modelGoal = await createMilestone(manager, { projectId: model, name: 'Delivered', ...days });
  await run(manager, 'setMilestoneTask', { milestoneId: modelGoal, taskId: modelTask, weight: 2 });
  const made = `project {
    id tasks { nodes { id name dueDate } } milestones { nodes { id startDate dueDate progress } }
  }`;
  const { project } = await run(
    manager,
    'duplicateProject',
    { projectId: model, name: 'Year', startDate: '2025-01-06' },
    made,
  );
  const projectId: string = project.id;
  const [task] = project.tasks.nodes;
  expect(task).toMatchObject({ name: 'Build', dueDate: '2025-01-17' });
  expect(project.milestones.nodes).toMatchObject([{ startDate: '2025-01-06', dueDate: '2025-01-24', progress: 0 }]);

  // Three weeks are recorded; the second is rejected and corrected
  const week = (dayOfMonth: number) => [0, 1, 2, 3, 4].map((n) => `2025-01-${String(dayOfMonth + n).padStart(2, '0')}`);
  const timeEntries = [...week(6), ...week(13)].map((workDate) => ({
    projectId,
    taskId: task.id,
    workDate,
    hours: '7',
  }));
  const recorded = await run(member, 'createTimeEntries', { timeEntries }, 'timeEntries { id workDate }');
  const copied = await run(
    member,
    'copyWeek',
    { from: '2025-01-06', to: '2025-01-20' },
    'timeEntries { workDate hours }',
  );
  expect(copied.timeEntries.map(({ workDate }: { workDate: string }) => workDate).sort()).toEqual(week(20));
  const sheet = 'timesheet { id status hours }';
  const submit = async (day: string) => (await run(member, 'submitTimesheet', { day }, sheet)).timesheet;
  const approve = async (id: string) => (await run(manager, 'approveTimesheet', { id }, sheet)).timesheet;
  for (const [day, hours] of [
    ['2024-12-30', '0'],
    ['2025-01-06', '35'],
    ['2025-01-20', '35'],
    ['2025-01-27', '0'],
  ] as const) {
    const submitted = await submit(day);
    expect(Number((await approve(submitted.id)).hours), day).toBe(Number(hours));
  }
  const second = await submit('2025-01-13');
  const rejection = { id: second.id, note: 'You left at noon on Friday' };
  expect((await run(manager, 'rejectTimesheet', rejection, sheet)).timesheet.status).toBe('REJECTED');
  const report = { projectId, profileId, day: '2025-01-31' };
  expect(await run(member, 'submitActivityReport', report)).toMatchObject({ code: 'INVALID_STATE', day: '2025-01-13' });
  const friday = recorded.timeEntries.find(({ workDate }: { workDate: string }) => workDate === '2025-01-17');
  await run(member, 'updateTimeEntry', { id: friday.id, hours: '3.5' });
  expect(await approve((await submit('2025-01-13')).id)).toMatchObject({ status: 'APPROVED', hours: '31.5' });
  const { timeEntriesAggregate } = await manager.ok(
    `query ($where: TimeEntryFilter) { timeEntriesAggregate(where: $where) { count sum } }`,
    { where: { projectId: { eq: projectId }, status: { eq: 'VALIDATED' } } },
  );
  expect(timeEntriesAggregate).toEqual([{ count: 15, sum: '101.5' }]);

  // The client signs the month: 14 whole days and a half one
  const shown = 'activityReport { id status days version lines { totalCount } projectName }';
  const { activityReport } = await run(member, 'submitActivityReport', report, shown);
  expect(activityReport).toMatchObject({ status: 'SUBMITTED', days: '14.5', lines: { totalCount: 15 } });
  const signature = { id: activityReport.id, expectedVersion: activityReport.version };
  const signed = await run(contact, 'signActivityReport', signature, shown);
  expect(signed.activityReport).toMatchObject({ status: 'SIGNED', days: '14.5', projectName: 'Year' });

  // Eight months give 20 days of paid leave; a week from Monday to Saturday takes six of them
  const type = { name: 'Paid leave', kind: 'PAID_LEAVE', dayCount: 'MONDAY_TO_SATURDAY', drawsOnBalance: true };
  const { leaveType } = await run(manager, 'createLeaveType', { ...type, daysPerPeriod: 30 }, 'leaveType { id }');
  const accrue = (until: string) => run(manager, 'accrueLeave', { until }, 'changed');
  const account = async () => {
    const { node } = await member.ok(
      `query ($id: ID!) { node(id: $id) { ... on Profile {
        leaveAccount { balance { periodStart accrued usableUntil } taken requested remaining }
      } } }`,
      { id: profileId },
    );
    const entries: { balance: { periodStart: string } }[] = node.leaveAccount;
    return entries.toSorted((a, b) => (a.balance.periodStart < b.balance.periodStart ? -1 : 1));
  };
  const first = { periodStart: '2024-06-01', usableUntil: '2026-05-31' };
  const later = { periodStart: '2025-06-01', usableUntil: '2027-05-31' };
  await accrue('2025-01-31');
  expect(await account()).toEqual([
    { balance: { ...first, accrued: '20' }, taken: '0', requested: '0', remaining: '20' },
  ]);
  const leave = async (fromDate: string, toDate: string): Promise<string> => {
    const input = { typeId: leaveType.id, fromDate, toDate };
    const { leaveRequest } = await run(member, 'createLeaveRequest', input, 'leaveRequest { id days }');
    await run(member, 'requestLeaveRequest', { id: leaveRequest.id });
    const answer = await run(manager, 'approveLeaveRequest', { id: leaveRequest.id }, 'leaveRequest { status }');
    expect(answer).toEqual({ leaveRequest: { status: 'APPROVED' } });
    return leaveRequest.days;
  };
  expect(await leave('2025-01-27', '2025-02-01')).toBe('6');
  const missing = '{ missingDays(from: "2025-01-01", to: "2025-01-31") { day missing } }';
  expect((await member.ok(missing)).missingDays).toEqual([
    { day: '2025-01-02', missing: '7' },
    { day: '2025-01-03', missing: '7' },
    { day: '2025-01-17', missing: '3.5' },
  ]);

  // The period ends with 30 days. Three weeks in August take 17; 7 are carried over into the next year, and used first
  await accrue('2025-06-30');
  expect(await leave('2025-08-04', '2025-08-23')).toBe('17');
  await accrue('2025-12-31');
  expect(await account()).toEqual([
    { balance: { ...first, accrued: '30' }, taken: '23', requested: '0', remaining: '7' },
    { balance: { ...later, accrued: '17.5' }, taken: '0', requested: '0', remaining: '17.5' },
  ]);
  expect(await leave('2026-01-05', '2026-01-14')).toBe('9');
  expect(await account()).toMatchObject([
    { taken: '30', remaining: '0' },
    { taken: '2', remaining: '15.5' },
  ]);

  // A task of each month, finished in its month: the one of February is due on its last day, and the series ends with the year
  const monthly = {
    projectId,
    name: 'Close the month',
    dueDate: '2025-01-31',
    recurrence: 'FREQ=MONTHLY;BYMONTHDAY=-1',
  };
  await createTask(member, { ...monthly, recurrence: `${monthly.recurrence};UNTIL=20251231` });
  const months =
    'query ($where: TaskFilter) { tasks(where: $where, orderBy: [{ field: OCCURRENCE }]) { nodes { id dueDate } } }';
  const closed = async (status?: string): Promise<{ id: string; dueDate: string }[]> => {
    const where = { name: { eq: monthly.name }, ...(status && { status: { eq: status } }) };
    return (await member.ok(months, { where })).tasks.nodes;
  };
  for (let [open] = await closed('TODO'); open; [open] = await closed('TODO'))
    await run(member, 'moveTask', { id: open.id, status: 'DONE' });
  expect((await closed()).map(({ dueDate }) => dueDate.slice(5))).toEqual([
    ...['01-31', '02-28', '03-31', '04-30', '05-31', '06-30', '07-31', '08-31', '09-30', '10-31', '11-30', '12-31'],
  ]);

  // The work is done, which a shared view shows
  await run(member, 'updateTask', { id: task.id, status: 'DONE' });
  const view = {
    ...{ list: 'tasks', name: 'Done this year', isShared: true, columns: ['name', 'project.name'] },
    arguments: { where: { projectId: { eq: projectId }, status: { eq: 'DONE' } }, orderBy: [{ field: 'NAME' }] },
  };
  await run(manager, 'createSavedView', view);
  const { savedViews } = await member.ok('{ savedViews { nodes { name arguments columns } } }');
  expect(savedViews.nodes).toEqual([{ name: 'Done this year', arguments: view.arguments, columns: view.columns }]);
  const query =
    'query ($where: TaskFilter, $orderBy: [TaskOrder!]) { tasks(where: $where, orderBy: $orderBy) { nodes { name project { name } } } }';
  expect((await member.ok(query, savedViews.nodes[0].arguments)).tasks.nodes).toEqual([
    { name: 'Build', project: { name: 'Year' } },
    ...new Array(12).fill({ name: 'Close the month', project: { name: 'Year' } }),
  ]);
  const { node } = await contact.ok(
    'query ($id: ID!) { node(id: $id) { ... on Project { milestones { nodes { progress status } } } } }',
    { id: projectId },
  );
  expect(node).toEqual({ milestones: { nodes: [{ progress: 100, status: 'COMPLETED' }] } });
});
