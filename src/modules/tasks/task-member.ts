import { and, count, eq } from 'drizzle-orm';
import { AppError } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { defineResource } from '../events/resource.ts';
import { staffRule } from '../projects/staff.ts';
import { taskMembers } from './tables.ts';

/** Most people of one role at a task. */
export const mostMembers = 50;

/** Whoever changes the people of a task locks the task. */
defineResource('taskMembers', {
  name: 'TaskMember',
  noun: 'member of a task',
  nouns: 'members of tasks',
  description: 'A person who works on a task beside its main assignee, or who watches it.',
  parent: 'task',
  lockParent: true,
  read: 'parent',
  write: 'task:write',
  fields: {
    task: { description: 'The task.', listDescription: 'The people who work on it with its assignee, or watch it.' },
    profile: {
      description: 'The person; null if you may not see them.',
      listDescription: 'The tasks that the person works on with their main assignee, or watches.',
    },
    role: {
      description: 'What the person has to do with the task.',
      values: {
        ASSIGNEE: 'Works on it with its main assignee, and sees it.',
        WATCHER: 'Wants to know of its changes; this gives no right to see it.',
      },
    },
  },
  list: 'The people who work on tasks with their main assignees, or watch them.',
  create: {
    description: 'Adds a person to a task.',
    writes: ['taskId', 'profileId', 'role'],
    bulk: mostMembers,
    requires: ({ values }) => staffRule(values.profileId, 'input.profileId'),
    before: async ({ tx, values, parent }) => {
      if (values.role === 'ASSIGNEE') checkAssignee(parent, values.profileId);
      await requireRoom(tx, values);
    },
  },
  delete: { description: 'Removes a person from a task' },
});

function checkAssignee(task: { type: string; assigneeId: string | null }, profileId: string): void {
  if (task.type === 'PERSONAL') {
    throw new AppError('INVALID_STATE', 'Only its owner works on a PERSONAL task', { field: 'input.taskId' });
  }
  if (task.assigneeId === profileId) {
    throw new AppError('INVALID_STATE', 'This person is the main assignee', { field: 'input.profileId' });
  }
}

type Role = (typeof taskMembers.$inferSelect)['role'];

async function requireRoom(tx: TenantTx, { taskId, role }: { taskId: string; role: Role }): Promise<void> {
  const [found] = await tx
    .select({ members: count() })
    .from(taskMembers)
    .where(and(eq(taskMembers.taskId, taskId), eq(taskMembers.role, role)));
  if (found!.members < mostMembers) return;
  throw new AppError('INVALID_STATE', `A task has at most ${mostMembers} people of one role`, {
    field: 'input.taskId',
  });
}
