import { Milestone } from '../modules/milestones/milestone.ts';
import { setMilestoneTask } from '../modules/milestones/set-milestone-task.ts';
import { Project } from '../modules/projects/project.ts';
import { ProjectAssignment } from '../modules/projects/project-assignment.ts';
import { createTask } from '../modules/tasks/create-task.ts';
import { createTimeEntry } from '../modules/time/create-time-entry.ts';
import type { TenantTx } from '../tenancy/tenant-session.ts';
import type { DemoMilestone, DemoProject, DemoTask } from './content.ts';
import { seedConversation } from './seed-conversation.ts';
import type { ViewerFor } from './viewer-for.ts';

const dayMs = 86_400_000;

/** A date relative to today, as YYYY-MM-DD. */
const dayFromNow = (days: number): string => new Date(Date.now() + days * dayMs).toISOString().slice(0, 10);

export async function seedProject(tx: TenantTx, as: ViewerFor, project: DemoProject, clientId: string): Promise<void> {
  const manager = as('MANAGER');
  const { name, description, start, end, milestones, conversation } = project;
  const { id } = await Project.create(tx, manager, {
    name,
    description,
    clientId,
    managerId: manager.profileId,
    startDate: dayFromNow(start),
    expectedEndDate: dayFromNow(end),
  });
  for (const role of ['CONSULTANT', 'MEMBER'] as const) {
    const person = { projectId: id, profileId: as(role).profileId, allocationPercent: 50 };
    await ProjectAssignment.create(tx, manager, { ...person, fromDate: dayFromNow(start), toDate: dayFromNow(end) });
  }
  for (const milestone of milestones) await seedMilestone(tx, as, id, milestone);
  await seedConversation(tx, as, id, conversation);
}

async function seedMilestone(tx: TenantTx, as: ViewerFor, projectId: string, milestone: DemoMilestone): Promise<void> {
  const manager = as('MANAGER');
  const { name, start, due, tasks } = milestone;
  const made = { projectId, name, startDate: dayFromNow(start), dueDate: dayFromNow(due) };
  const { id: milestoneId } = await Milestone.create(tx, manager, made);
  for (const task of tasks) {
    const taskId = await seedTask(tx, as, projectId, task);
    await setMilestoneTask(tx, manager, { milestoneId, taskId, weight: Math.ceil(Number(task.estimateDays)) });
  }
}

async function seedTask(tx: TenantTx, as: ViewerFor, projectId: string, task: DemoTask): Promise<string> {
  const { assignee, due, ...fields } = task;
  const person = as(assignee);
  const { id } = await createTask(tx, as('MANAGER'), {
    ...fields,
    projectId,
    assigneeId: person.profileId,
    dueDate: dayFromNow(due),
  });
  if (task.status === 'TODO') return id;
  const last = Math.min(due, 0) - 1;
  for (const [ago, hours] of [
    [2, '6.5'],
    [1, '4'],
    [0, '3.25'],
  ] as const) {
    await createTimeEntry(tx, person, 'UTC', {
      projectId,
      taskId: id,
      workDate: dayFromNow(last - ago),
      hours,
      billable: true,
    });
  }
  return id;
}
