import fc from 'fast-check';
import type { Role } from '../../src/identity/roles.ts';
import { joinProfile } from '../../src/modules/people/join-profile.ts';
import { leaveProfile } from '../../src/modules/people/leave-profile.ts';
import { run } from '../support/run.ts';
import type { Company, Member } from '../support/world.ts';

/** One step of a story: who does what, and to which of the things that were made before. */
export interface Step {
  what: StepName;
  who: number;
  one: number;
  other: number;
}

/** A member with the role that they have, which never changes. */
export type Person = Member & { role: Role };

/** The people of a company, and the ids of all that they made, by type; some may be gone. */
export interface Story {
  company: Company;
  people: readonly Person[];
  made: Record<string, string[]>;
  /** Time entries that the last step reopened: they are validated no longer. */
  reopened: Set<string>;
  /** The ids of what was deleted, and can be in the trash. */
  deleted: string[];
}

export type Does = (story: Story, member: Person, step: Step) => Promise<unknown>;

const days = ['2026-10-05', '2026-10-06', '2026-10-07'];
const hours = ['0.25', '1', '2.5', '8'];
const statuses = ['TODO', 'IN_PROGRESS', 'IN_REVIEW', 'DONE'];
const projectStatuses = ['COMPLETED', 'ACTIVE', 'SUSPENDED', 'ACTIVE'];
export const pick = <T>(from: readonly T[], n: number): T => from[n % from.length]!;

/** A thing of this type that was made; one that never was when there is none. */
export const known = ({ made }: Story, type: string, n: number): string =>
  pick(made[type]?.length ? made[type] : [`${type}:01890000-0000-7000-8000-000000000000`], n);

export const person = ({ people }: Story, n: number): string => `Profile:${pick(people, n).profileId}`;

/** Makes a thing, and remembers its id. */
export const makes =
  (type: string, input: (story: Story, step: Step) => object): Does =>
  async (story, member, step) => {
    const object = `${type[0]!.toLowerCase()}${type.slice(1)}`;
    const answer = await run(member, `create${type}`, input(story, step), `${object} { id }`);
    const id = answer[object]?.id;
    if (id) story.made[type] = [...(story.made[type] ?? []), id];
    return answer;
  };

export const does =
  (name: string, input: (story: Story, step: Step) => object): Does =>
  (story, member, step) =>
    run(member, name, input(story, step));

/** Deletes a thing, and remembers that it can come back. */
const deletes =
  (type: string): Does =>
  async (story, member, { one }) => {
    const id = known(story, type, one);
    const answer = await run(member, `delete${type}`, { id });
    if (!answer.code) story.deleted.push(id);
    return answer;
  };

/** Restores a thing of this type that was deleted; one that was not when there is none. */
const restores =
  (type: string): Does =>
  (story, member, { one }) => {
    const deleted = story.deleted.filter((id) => id.startsWith(`${type}:`));
    return run(member, `restore${type}`, { id: pick(deleted.length ? deleted : [known(story, type, one)], one) });
  };

const inProject = (story: Story, { one }: Step) => ({ projectId: known(story, 'Project', one) });
const period = { startDate: '2026-10-01', dueDate: '2026-11-15' };
let names = 0;
const name = () => `Thing ${++names}`;

const steps = {
  createProject: makes('Project', (story, { one }) => ({
    name: name(),
    clientId: known(story, 'Client', one),
    startDate: '2026-01-01',
  })),
  createTask: makes('Task', (story, step) => ({
    ...inProject(story, step),
    name: name(),
    ...(step.other % 2 === 1 && { assigneeId: person(story, step.other) }),
    ...(step.other % 3 === 0 && { deliverableId: known(story, 'Deliverable', step.other) }),
  })),
  createPersonalTask: makes('Task', () => ({ name: name() })),
  createMilestone: makes('Milestone', (story, step) => ({ ...inProject(story, step), name: name(), ...period })),
  createDeliverable: makes('Deliverable', (story, step) => ({ ...inProject(story, step), name: name() })),
  createIncident: makes('Incident', (story, step) => ({ ...inProject(story, step), title: name() })),
  createAssignment: makes('ProjectAssignment', (story, step) => ({
    ...inProject(story, step),
    profileId: person(story, step.other),
    allocationPercent: 5,
  })),
  comment: makes('TaskComment', (story, { one }) => ({ taskId: known(story, 'Task', one), content: 'Hm' })),
  addChecklistItem: makes('ChecklistItem', (story, { one }) => ({ taskId: known(story, 'Task', one), name: name() })),
  recordTime: makes('TimeEntry', (story, step) => ({
    ...inProject(story, step),
    workDate: pick(days, step.other),
    hours: pick(hours, step.other),
  })),
  recordTimeOnTask: makes('TimeEntry', (story, step) => ({
    ...inProject(story, step),
    taskId: known(story, 'Task', step.other),
    workDate: pick(days, step.one),
    hours: pick(hours, step.one),
  })),
  recordTimeOfOther: makes('TimeEntry', (story, step) => ({
    ...inProject(story, step),
    profileId: person(story, step.other),
    workDate: pick(days, step.other),
    hours: pick(hours, step.one),
  })),
  importTime: does('importTimeEntries', (story, step) => ({
    source: 'clock',
    entries: [
      {
        ...inProject(story, step),
        profileId: person(story, step.other),
        workDate: pick(days, step.one),
        hours: pick(hours, step.other),
        externalReference: `clock:${step.one % 4}`,
        ...(step.other % 2 === 1 && { status: 'VALIDATED' }),
      },
    ],
  })),
  weighTask: does('setMilestoneTask', (story, { one, other }) => ({
    milestoneId: known(story, 'Milestone', one),
    taskId: known(story, 'Task', other),
  })),
  moveTask: does('moveTask', (story, { one, other }) => ({
    id: known(story, 'Task', one),
    status: pick(statuses, other),
    ...(other % 3 === 0 && { afterId: known(story, 'Task', other) }),
  })),
  moveToProject: does('updateTask', (story, { one, other }) => ({
    id: known(story, 'Task', one),
    type: 'PROJECT',
    projectId: known(story, 'Project', other),
  })),
  reassign: does('updateTask', (story, { one, other }) => ({
    id: known(story, 'Task', one),
    assigneeId: person(story, other),
  })),
  finishMany: does('updateTasks', (story, { one, other }) => ({
    tasks: [one, other].map((n) => ({ id: known(story, 'Task', n), status: 'DONE' })),
  })),
  waitFor: does('addTaskDependency', (story, { one, other }) => ({
    taskId: known(story, 'Task', one),
    dependsOnId: known(story, 'Task', other),
  })),
  setProjectStatus: does('updateProject', (story, { one, other }) => ({
    id: known(story, 'Project', one),
    status: pick(projectStatuses, other),
  })),
  changeTime: does('updateTimeEntry', (story, { one, other }) => ({
    id: known(story, 'TimeEntry', one),
    hours: pick(hours, other),
  })),
  moveTime: does('updateTimeEntry', (story, { one, other }) => ({
    id: known(story, 'TimeEntry', one),
    projectId: known(story, 'Project', other),
  })),
  validate: does('validateTimeEntries', (story, { one, other }) => ({
    ids: [...new Set([one, other].map((n) => known(story, 'TimeEntry', n)))],
  })),
  reject: does('rejectTimeEntries', (story, { one }) => ({ ids: [known(story, 'TimeEntry', one)], note: 'No' })),
  reopen: async (story: Story, member: Member, { one }: Step) => {
    const id = known(story, 'TimeEntry', one);
    const answer = await run(member, 'reopenTimeEntries', { ids: [id] });
    if (!answer.code) story.reopened.add(id);
    return answer;
  },
  startTimer: does('startTimer', (story, step) => inProject(story, step)),
  stopTimer: does('stopTimer', (story, { other }) => (other % 2 ? { profileId: person(story, other) } : {})),
  submit: does('changeDeliverableStatus', (story, { one, other }) => ({
    id: known(story, 'Deliverable', one),
    status: pick(['SUBMITTED', 'ACCEPTED', 'REJECTED'], other),
    note: 'So',
  })),
  deleteTask: deletes('Task'),
  restoreTask: restores('Task'),
  deleteTime: does('deleteTimeEntry', (story, { one }) => ({ id: known(story, 'TimeEntry', one) })),
  deleteMilestone: deletes('Milestone'),
  restoreMilestone: restores('Milestone'),
  deleteDeliverable: does('deleteDeliverable', (story, { one }) => ({ id: known(story, 'Deliverable', one) })),
  deleteProject: deletes('Project'),
  restoreProject: restores('Project'),
  deleteClient: deletes('Client'),
  restoreClient: restores('Client'),
  depart: ({ company }: Story, { user }: Member) =>
    company.world.app.binding.write(company.tenant, (tx) => leaveProfile(tx, { userId: user.id })),
  comeBack: ({ company }: Story, { user, role }: Person) =>
    company.world.app.binding.write(company.tenant, (tx) =>
      joinProfile(tx, { userId: user.id, ...user, emailVerified: true, role }),
    ),
} satisfies Record<string, Does>;

type StepName = keyof typeof steps;

export const doStep = (story: Story, step: Step): Promise<unknown> =>
  (steps[step.what] as Does)(story, pick(story.people, step.who), step);

// What makes things comes more often than what deletes them, or there is nothing to try it on
const common: StepName[] = ['createTask', 'recordTime', 'recordTimeOnTask', 'validate', 'moveTask', 'moveToProject'];

/** What people do in a company, in any order. */
export const anyStory = (length: number): fc.Arbitrary<Step[]> => {
  const number = fc.nat({ max: 59 });
  const what = fc.constantFrom(...common, ...common, ...(Object.keys(steps) as StepName[]));
  const step = fc.record({ what, who: number, one: number, other: number });
  return fc.array(step, { minLength: length / 2, maxLength: length, size: 'max' });
};
