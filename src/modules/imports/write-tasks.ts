import { sql } from 'drizzle-orm';
import { AppError } from '../../lib/errors.ts';
import { ranksAfter } from '../../lib/rank.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvents } from '../events/record-event.ts';
import { lockBoards } from '../tasks/board.ts';
import { tasks } from '../tasks/tables.ts';
import { isOneOf } from './bulk-rows.ts';
import type { TaskRecord } from './records.ts';
import { findOthers, requireStaff } from './staff.ts';
import { syncRows, type Wanted } from './sync-rows.ts';
import type { WriteContext } from './write-context.ts';

type WantedTask = Wanted<typeof tasks>;

/** Makes tasks at the ends of their columns and changes those that the file has otherwise. Gives ids by reference. */
export async function writeTasks(
  { tx, source, changes, known }: WriteContext,
  records: readonly TaskRecord[],
): Promise<ReadonlyMap<string, string>> {
  // A task has a row for each person who worked on it: the first says what it is.
  const distinct = new Map(records.toReversed().map((record) => [record.reference, record]));
  const wanted = [...distinct.values()]
    .reverse()
    .map(({ reference, projectReference, assigneeReference, ...columns }) => ({
      ...columns,
      externalReference: reference,
      projectId: known.projects.get(projectReference)!.id,
      ...(assigneeReference !== undefined && { assigneeId: assigneeOf(known.people, assigneeReference) }),
    }));
  const others = await findOthers(
    tx,
    wanted.map(({ assigneeId }: WantedTask) => assigneeId),
  );
  const { ids, created, updated } = await syncRows(tx, tasks, wanted, {
    complete: (rows) => ranksOf(tx, rows),
    requireAllowed({ assigneeId, status }: WantedTask, row) {
      // Who finished a task may have left since
      const isChosen = assigneeId && assigneeId !== row?.assigneeId && status !== 'DONE';
      if (isChosen) requireStaff(others, assigneeId, undefined, 'task.assignee');
    },
  });
  changes.add('created', 'Task', created);
  changes.add(
    'updated',
    'Task',
    updated.map(({ id }) => id),
  );
  const events = updated.map(({ id, before, after }) => ({
    action: 'task.updated',
    resourceType: 'Task',
    resourceId: id,
    metadata: { source },
    before,
    after,
  }));
  await recordEvents(tx, null, events);
  return ids;
}

const assigneeOf = (people: ReadonlyMap<string, string>, reference: string | null): string | null =>
  reference === null ? null : people.get(reference)!;

interface Column {
  projectId: string;
  status: string;
}
const columnName = ({ projectId, status }: Column): string => `${projectId} ${status}`;

/** Ranks at the ends of the columns that the new tasks go to, in the order of the file. */
async function ranksOf(tx: TenantTx, rows: readonly WantedTask[]): Promise<{ rank: string }[]> {
  const columns = rows.map(({ projectId, status = 'TODO' }) => ({ projectId: projectId!, assigneeId: null, status }));
  lockBoards(tx, columns);
  const last = await lastRanks(tx, columns);
  const byColumn = Map.groupBy(columns.keys(), (index) => columnName(columns[index]!));
  const result: { rank: string }[] = [];
  for (const [name, indexes] of byColumn) {
    const ranks = ranksAfter(last.get(name), indexes.length);
    for (const [position, index] of indexes.entries()) result[index] = { rank: ranks[position]! };
  }
  return result;
}

async function lastRanks(tx: TenantTx, columns: readonly Column[]): Promise<Map<string, string>> {
  const projectIds = [...new Set(columns.map(({ projectId }) => projectId))];
  const rows = await tx
    .select({ projectId: tasks.projectId, status: tasks.status, rank: sql<string>`max(${tasks.rank})` })
    .from(tasks)
    .where(isOneOf(tasks.projectId, projectIds, 'uuid'))
    .groupBy(tasks.projectId, tasks.status);
  return new Map(rows.map(({ projectId, status, rank }) => [columnName({ projectId: projectId!, status }), rank]));
}

/** Tasks of other files or of the organization itself, by reference. Throws NOT_FOUND when one is not of its project. */
export async function findTasks(
  { tx }: Pick<WriteContext, 'tx'>,
  wanted: readonly { reference: string; projectId: string }[],
): Promise<ReadonlyMap<string, string>> {
  const references = [...new Set(wanted.map(({ reference }) => reference))];
  const rows = await tx
    .select({ id: tasks.id, projectId: tasks.projectId, reference: tasks.externalReference })
    .from(tasks)
    .where(isOneOf(tasks.externalReference, references));
  const found = new Map(rows.map((row) => [row.reference!, row]));
  for (const { reference, projectId } of wanted) {
    if (found.get(reference)?.projectId === projectId) continue;
    throw new AppError('NOT_FOUND', `time.task: the project has no task "${reference}"`);
  }
  return new Map(rows.map(({ id, reference }) => [reference!, id]));
}
