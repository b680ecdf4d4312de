import type { WhereOf } from '../../access/row-rules.ts';
import { builder } from '../../graphql/declare/builder.ts';
import type { PageInput } from '../../graphql/declare/pages.ts';
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
        'The tasks that the person has not finished, as far as you see them. Assign them to somebody else by updateTasks.',
      totalCount: (left, args, ctx) => ctx.db.count('tasks', whereOf(left, args)),
      resolve: (query, left, args, ctx) =>
        ctx.db.query.tasks.findMany(query({ ...Task.page.query(args), where: whereOf(left, args) })),
    },
    ...Task.connection,
  ),
);
