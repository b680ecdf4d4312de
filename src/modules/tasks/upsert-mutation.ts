import { inArray } from 'drizzle-orm';
import { defineUpsert } from '../../graphql/declare/upsert.ts';
import type { Viewer } from '../../identity/viewer.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { type Board, lockBoards } from './board.ts';
import { type CreateTaskInput, createTask, ownershipOf } from './create-task.ts';
import { mostTasks } from './create-tasks.ts';
import { boardAfter } from './lock-task.ts';
import { tasks } from './tables.ts';
import { Task } from './task.ts';
import { commonInput, ignoreDependencies } from './task-mutations.ts';
import { type UpdateTaskInput, updateTask } from './update-task.ts';

/** Locks all boards in one order: taken row by row, two upserts could wait for each other. */
async function lockAllBoards(tx: TenantTx, viewer: Viewer, rows: readonly object[]): Promise<void> {
  const given = rows as readonly (CreateTaskInput & { externalReference: string })[];
  const references = given.map(({ externalReference }) => externalReference.trim());
  const known = await tx
    .select({ reference: tasks.externalReference, projectId: tasks.projectId, assigneeId: tasks.assigneeId })
    .from(tasks)
    .where(inArray(tasks.externalReference, references));
  const boards = new Map<string | null, Board>(known.map(({ reference, ...board }) => [reference, board]));
  lockBoards(
    tx,
    given.flatMap((row, index) => {
      const board = boards.get(references[index]!);
      return board ? [board, boardAfter(board, row)] : [ownershipOf(viewer, row)];
    }),
  );
}

defineUpsert({
  table: 'tasks',
  node: Task,
  name: 'Task',
  noun: 'task',
  nouns: 'tasks',
  limit: mostTasks,
  permission: 'task:write',
  fields: (t) => {
    const { externalReference: _, ...fields } = commonInput(t);
    return {
      name: t.string({ description: 'Its name, 1 to 200 characters; required for a new task.' }),
      ...fields,
      ignoreDependencies: ignoreDependencies(t),
    };
  },
  needed: ['name'],
  lockFirst: lockAllBoards,
  create: (tx, viewer, input) => createTask(tx, viewer, input as unknown as CreateTaskInput),
  change: (tx, viewer, input) => updateTask(tx, viewer, input as unknown as UpdateTaskInput),
});
