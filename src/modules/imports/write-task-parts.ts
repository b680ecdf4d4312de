import { eq, inArray, sql } from 'drizzle-orm';
import { AppError } from '../../lib/errors.ts';
import { ranksAfter } from '../../lib/rank.ts';
import { mostItems } from '../tasks/checklist.ts';
import { checklistItems, taskComments, tasks } from '../tasks/tables.ts';
import { insertMissing, isOneOf } from './bulk-rows.ts';
import { withoutDeleted } from './deleted-parts.ts';
import { derivedId } from './derived-id.ts';
import { taskIdsOf } from './find-tasks.ts';
import type { ChecklistItemRecord, CommentRecord } from './records.ts';
import type { WriteContext } from './write-context.ts';

type TaskIds = ReadonlyMap<string, string>;

/**
 * Creates comments with their times in the file, and updates differing ones, unless they were edited here. Comments
 * that were deleted here stay deleted.
 */
export async function writeComments(
  { tx, known, changes }: WriteContext,
  records: readonly CommentRecord[],
  inBatch: TaskIds,
): Promise<void> {
  if (records.length === 0) return;
  const taskIds = await taskIdsOf(tx, inBatch, records, 'comment.task');
  const wanted = unique(
    records.map(({ reference, taskReference, authorReference, content, at }) => ({
      id: derivedId(reference, at),
      taskId: taskIds.get(taskReference)!,
      authorId: known.people.get(authorReference)!,
      content,
      createdAt: at,
    })),
  );
  const found = await tx
    .select({ id: taskComments.id, content: taskComments.content, editedAt: taskComments.editedAt })
    .from(taskComments)
    .where(isOneOf(taskComments.id, idsOf(wanted), 'uuid'));
  const rows = new Map(found.map((row) => [row.id, row]));
  const missing = await withoutDeleted(
    tx,
    'TaskComment',
    wanted.filter(({ id }) => !rows.has(id)),
  );
  changes.add('created', 'TaskComment', await insertMissing(tx, taskComments, missing, taskComments.id));
  const differing = wanted.filter(({ id, content }) => {
    const row = rows.get(id);
    return row && row.editedAt === null && row.content !== content;
  });
  for (const { id, content } of differing) {
    await tx
      .update(taskComments)
      .set({ content, version: sql`${taskComments.version} + 1` })
      .where(eq(taskComments.id, id));
  }
  changes.add('updated', 'TaskComment', idsOf(differing));
}

/**
 * Creates checklist items, each at the end of its checklist, and updates differing ones. Items that were deleted here
 * stay deleted.
 */
export async function writeChecklists(
  { tx, changes }: WriteContext,
  records: readonly ChecklistItemRecord[],
  inBatch: TaskIds,
): Promise<void> {
  if (records.length === 0) return;
  const taskIds = await taskIdsOf(tx, inBatch, records, 'checklistItem.task');
  // Every writer of a checklist locks its task
  await tx
    .select({ id: tasks.id })
    .from(tasks)
    .where(isOneOf(tasks.id, [...new Set(taskIds.values())], 'uuid'))
    .orderBy(tasks.id)
    .for('no key update');
  const found = await tx
    .select({
      id: checklistItems.id,
      taskId: checklistItems.taskId,
      name: checklistItems.name,
      isDone: checklistItems.isDone,
      rank: checklistItems.rank,
    })
    .from(checklistItems)
    .where(inArray(checklistItems.taskId, [...new Set(taskIds.values())]))
    .orderBy(checklistItems.rank, checklistItems.id);
  const byTask = Map.groupBy(
    unique(
      records.map(({ reference, taskReference, name, isDone = false }) => ({
        id: derivedId(reference, new Date(0)),
        taskId: taskIds.get(taskReference)!,
        name,
        isDone,
      })),
    ),
    ({ taskId }) => taskId,
  );
  const rows = new Map(found.map((row) => [row.id, row]));
  const absent = [...byTask.values()].flat().filter(({ id }) => !rows.has(id));
  const missingOf = Map.groupBy(await withoutDeleted(tx, 'ChecklistItem', absent), ({ taskId }) => taskId);
  for (const [taskId, wanted] of byTask) {
    const there = found.filter((row) => row.taskId === taskId);
    const missing = missingOf.get(taskId) ?? [];
    if (there.length + missing.length > mostItems) {
      throw new AppError('INVALID_STATE', `checklistItem: a checklist has at most ${mostItems} items`);
    }
    const ranks = ranksAfter(there.at(-1)?.rank, missing.length);
    const items = missing.map((item, index) => ({ ...item, rank: ranks[index]! }));
    changes.add('created', 'ChecklistItem', await insertMissing(tx, checklistItems, items, checklistItems.id));
    const differing = wanted.filter(({ id, name, isDone }) => {
      const row = rows.get(id);
      return row && (row.name !== name || row.isDone !== isDone);
    });
    for (const { id, name, isDone } of differing) {
      await tx
        .update(checklistItems)
        .set({ name, isDone, version: sql`${checklistItems.version} + 1` })
        .where(eq(checklistItems.id, id));
    }
    changes.add('updated', 'ChecklistItem', idsOf(differing));
  }
}

const idsOf = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id);

/** The rows without duplicate ids: the last one of each is used. */
const unique = <T extends { id: string }>(rows: readonly T[]): T[] => [
  ...new Map(rows.map((row) => [row.id, row])).values(),
];
