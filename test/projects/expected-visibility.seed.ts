import { type Role, roles } from '../../src/identity/roles.ts';
import { settledLog } from '../events/support.ts';
import { createMilestone } from '../milestones/support.ts';
import { createClient, createPart, createProject } from '../projects/support.ts';
import { run as attempt } from '../support/run.ts';
import type { Company, Member } from '../support/world.ts';
import { createTask } from '../tasks/support.ts';
import { recordTime } from '../time/support.ts';

interface SeededPeople {
  people: Record<Role, Member>;
  /** From before everything else was made. */
  cursors: Record<Role, string>;
  secretId: string;
}

/** A refused step would leave rows out of what is expected. */
const run: typeof attempt = async (...call) => {
  const answer = await attempt(...call);
  if (answer.code) throw new Error(`${call[1]}: ${JSON.stringify(answer)}`);
  return answer;
};

/** The projects, people and rows that the expected visibility is about. */
export async function seedEverything(company: Company): Promise<SeededPeople> {
  const people = {} as Record<Role, Member>;
  for (const role of roles) people[role] = await company.as(role);
  await settledLog(company);
  const cursors = {} as Record<Role, string>;
  for (const role of roles) cursors[role] = (await people[role].ok('{ changes { cursor } }')).changes.cursor;
  const { OWNER: owner, MANAGER: manager, CONSULTANT: consultant, MEMBER: member, CLIENT: client } = people;
  const profile = ({ profileId }: Member): string => `Profile:${profileId}`;
  const clientId = await createClient(owner, { contactId: profile(client) });

  const ids: Record<string, string> = {};
  const taskIds: Record<string, string> = {};
  const projects: [string, object][] = [
    ['Open', { clientId }],
    ['Staffed', {}],
    ['Secret', { visibility: 'MEMBERS' }],
    ['Team', { visibility: 'MEMBERS' }],
    ['Led', { visibility: 'MEMBERS', managerId: profile(consultant) }],
  ];
  for (const [name, input] of projects) {
    const projectId = await createProject(owner, { name, ...input });
    ids[name] = projectId;
    await createPart(owner, 'ProjectPhase', { projectId, name });
    await createPart(owner, 'Deliverable', { projectId, name });
    await createPart(owner, 'Incident', { projectId, title: name });
    await createMilestone(owner, { projectId, name });
    taskIds[name] = await createTask(owner, { projectId, name, description: 'work' });
    await run(owner, 'createTaskComment', { taskId: taskIds[name], content: name });
    await recordTime(manager, { projectId, description: name });
    const { node } = await owner.ok('query ($id: ID!) { node(id: $id) { ... on Project { channel { id } } } }', {
      id: projectId,
    });
    await run(owner, 'sendMessage', { channelId: node.channel.id, content: `news ${name}` });
  }
  const assignments: [string, Member][] = [
    ['Secret', manager],
    ['Staffed', consultant],
    ['Team', member],
  ];
  for (const [name, person] of assignments)
    await createPart(owner, 'ProjectAssignment', { projectId: ids[name], profileId: profile(person) });
  await recordTime(member, { projectId: ids.Open, description: 'Member', hours: '2' });
  await recordTime(consultant, { projectId: ids.Staffed, description: 'Consultant', hours: '4' });
  const errand = { projectId: ids.Secret, name: 'Errand', description: 'work', assigneeId: profile(member) };
  await createTask(owner, errand);
  await createTask(manager, { name: 'Private', description: 'work' });
  const milestoneId = await createMilestone(owner, { name: 'Company' });
  for (const name of ['Open', 'Secret']) await run(owner, 'setMilestoneTask', { milestoneId, taskId: taskIds[name] });
  for (const [name, visibility] of [
    ['Past', 'ORGANIZATION'],
    ['Gone', 'MEMBERS'],
  ]) {
    const id = await createProject(owner, { name, visibility });
    await run(owner, 'deleteProject', { id }, 'deletedId');
  }
  await seedWork(people, { ids, taskIds });
  await seedAbsences(people);
  return { people, cursors, secretId: ids.Secret! };
}

interface Seeded {
  ids: Record<string, string>;
  taskIds: Record<string, string>;
}

/** Labels, people of tasks, checklists, views, a timer, a closed week and a submitted report. */
async function seedWork(people: Record<Role, Member>, { ids, taskIds }: Seeded): Promise<void> {
  const { OWNER: owner, MANAGER: manager, CONSULTANT: consultant, MEMBER: member, CLIENT: client } = people;
  for (const name of ['Open', 'Secret', 'Team']) {
    await run(owner, 'createLabel', { projectId: ids[name], name: `In ${name}`, color: '#000000' });
    await run(owner, 'createChecklistItem', { taskId: taskIds[name], name: `Check ${name}` });
    await run(owner, 'createTaskMember', {
      ...{ taskId: taskIds[name], profileId: `Profile:${owner.profileId}`, role: 'WATCHER' },
    });
  }
  await run(owner, 'createLabel', { name: 'Everywhere', color: '#000000' });
  for (const [who, name, isShared] of [
    [manager, 'Own of manager', false],
    [manager, 'Shared by manager', true],
    [member, 'Own of member', false],
    [client, 'Own of client', false],
  ] as const)
    await run(who, 'createSavedView', { list: 'tasks', name, isShared, arguments: {} });
  await run(member, 'startTimer', { projectId: ids.Open, description: 'Timer of member' });
  await run(manager, 'startTimer', { projectId: ids.Secret, description: 'Timer of manager' });
  for (const [who, days] of [
    [member, ['2026-02-23', '2026-03-02', '2026-03-09', '2026-03-16', '2026-03-23', '2026-03-30']],
    [consultant, ['2026-03-09']],
  ] as const) {
    for (const day of days) {
      const { timesheet } = await run(who, 'submitTimesheet', { day }, 'timesheet { id }');
      await run(owner, 'approveTimesheet', { id: timesheet.id });
    }
  }
  await run(member, 'submitActivityReport', {
    ...{ projectId: ids.Open, profileId: `Profile:${member.profileId}`, day: '2026-03-31' },
  });
}

/** Leave of the MEMBER and of the CONSULTANT, whose manager the MEMBER is, and a calendar. */
async function seedAbsences({ OWNER: owner, CONSULTANT: consultant, MEMBER: member }: Record<Role, Member>) {
  const profile = ({ profileId }: Member): string => `Profile:${profileId}`;
  await run(owner, 'updateProfile', { id: profile(consultant), managerId: profile(member) });
  const type = { name: 'Paid leave', kind: 'PAID_LEAVE', dayCount: 'MONDAY_TO_SATURDAY' };
  const { leaveType } = await run(owner, 'createLeaveType', type, 'leaveType { id }');
  for (const [who, day] of [
    [owner, '2026-05-04'],
    [member, '2026-05-05'],
    [consultant, '2026-05-06'],
  ] as const) {
    await run(who, 'createLeaveRequest', { typeId: leaveType.id, fromDate: day, toDate: day });
    const input = { typeId: leaveType.id, profileId: profile(who), periodStart: '2026-06-01', accrued: '1' };
    await run(owner, 'createLeaveBalance', input);
  }
  const { workCalendar } = await run(owner, 'createWorkCalendar', { name: 'Works' }, 'workCalendar { id }');
  await run(owner, 'createCalendarHoliday', { calendarId: workCalendar.id, day: '2026-05-07', name: 'Bridge' });
}
