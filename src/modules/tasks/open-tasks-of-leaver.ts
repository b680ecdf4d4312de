import type { WhereOf } from '../../access/row-rules.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { overRows, type PageInput } from '../../graphql/declare/pages.ts';
import { RemoveMemberPayload } from '../../graphql/identity/member-mutations.ts';
import { Task } from './task.ts';

/** The unfinished tasks of a person who left, among those that the arguments select. */
function whereOf({ userId }: { userId: string }, args: PageInput): WhereOf<'tasks'> {
  const open = { assignee: { userId }, status: { ne: 'DONE' as const } };
  const asked = Task.page.where(args);
  return asked ? ({ AND: [open, asked] } as WhereOf<'tasks'>) : open;
}

builder.objectField(RemoveMemberPayload, 'openTasks', (t) =>
  t.drizzleConnection(
    {
      type: Task,
      args: Task.page.args,
      description:
        'The unfinished tasks that the former member still has, except those that you do not see. Use `reassignTo` or ' +
        'updateTasks to assign them to another person.',
      ...overRows('tasks', whereOf),
      resolve: (query, left, args, ctx) =>
        ctx.db.query.tasks.findMany(query({ ...Task.page.query(args), where: whereOf(left, args) })),
    },
    ...Task.connection,
  ),
);
