import { sql } from 'drizzle-orm';
import { ranksAfter } from '../../lib/rank.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvents } from '../events/record-event.ts';
import { lockBoards } from '../tasks/board.ts';
import { tasks } from '../tasks/tables.ts';
import { isOneOf, type RowOf } from './bulk-rows.ts';
import { partFromParents } from './part-from-parents.ts';
import type { TaskRecord } from './records.ts';
import { findNonStaff, requireStaff } from './staff.ts';
import { type Difference, syncRows, type Wanted } from './sync-rows.ts';
import type { WriteContext } from './write-context.ts';

type WantedTask = Wanted<typeof tasks>;

/**
 * Creates tasks at the ends of their columns, and updates differing ones. A task that moves to another column goes to
 * its end; one that moves to another project leaves its deliverable, and its parent unless that moves with it. Returns
 * the ids of all tasks by reference.
 */
export async function writeTasks(
  { tx, source, changes, known }: WriteContext,
  records: readonly TaskRecord[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = records.map(
    ({
      reference,
      projectReference,
      assigneeReference,
      milestoneReference: _,
      position: __,
      ...columns
    }): WantedTask => ({
      ...columns,
      externalReference: reference,
      projectId: known.projects.get(projectReference)!.id,
      ...(assigneeReference !== undefined && { assigneeId: assigneeOf(known.people, assigneeReference) }),
    }),
  );
  const positions = new Map(records.map(({ reference, position }) => [reference, position]));
  const nonStaff = await findNonStaff(
    tx,
    wanted.map(({ assigneeId }) => assigneeId),
  );
  const { ids, created, updated } = await syncRows(tx, tasks, wanted, {
    // Boards are locked before rows, as in every other change
    prepare: (missing, differing) => lockBoards(tx, [...missing.map(columnOf), ...differing.flatMap(columnsOf)]),
    complete: async (rows) => {
      const order = rows.map(({ externalReference }) => positions.get(externalReference));
      return (await ranksOf(tx, rows.map(columnOf), order)).map((rank) => ({ rank }));
    },
    completeChanges: (differing) => placesOf(tx, differing),
    requireAllowed({ assigneeId, status }, row) {
      // The person who finished a task may have left the organization since
      const isChosen = assigneeId && assigneeId !== row?.assigneeId && status !== 'DONE';
      if (isChosen) requireStaff(nonStaff, assigneeId, undefined, 'task.assignee');
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
  const moved = updated.flatMap(({ id, after }) => ('projectId' in after ? [id] : []));
  const parted = await partFromParents(tx, moved, source);
  changes.add(
    'updated',
    'Task',
    parted.filter((id) => !moved.includes(id)),
  );
  return ids;
}

const assigneeOf = (people: ReadonlyMap<string, string>, reference: string | null): string | null =>
  reference === null ? null : people.get(reference)!;

interface Column {
  projectId: string;
  assigneeId: null;
  status: string;
}
const columnName = ({ projectId, status }: Pick<Column, 'projectId' | 'status'>): string => `${projectId} ${status}`;

type Placed = Partial<Pick<RowOf<typeof tasks>, 'projectId' | 'status'>>;
const columnOf = ({ projectId, status = 'TODO' }: Placed): Column => ({
  projectId: projectId!,
  assigneeId: null,
  status,
});

/** The column that a task is in, and the one that the file puts it in. */
const columnsOf = ({ row, want }: Difference<typeof tasks>): Column[] => [columnOf(row), columnOf({ ...row, ...want })];

/**
 * The columns that change with a task's column: a new rank, and no deliverable if the project changes. Empty for tasks
 * that stay in their column.
 */
async function placesOf(tx: TenantTx, differing: readonly Difference<typeof tasks>[]): Promise<object[]> {
  const moved = differing.filter((difference) => {
    const [from, to] = columnsOf(difference).map(columnName);
    return from !== to;
  });
  const ranks = await ranksOf(
    tx,
    moved.map(({ row, want }) => columnOf({ ...row, ...want })),
  );
  const places = new Map(
    moved.map(({ reference, row, want }, index) => [
      reference,
      { rank: ranks[index]!, ...(want.projectId !== row.projectId && { deliverableId: null }) },
    ]),
  );
  return differing.map(({ reference }) => places.get(reference) ?? {});
}

/**
 * A rank at the end of each of these columns, in the order of the positions; columns without a position follow in the
 * order of the file. The boards must be locked.
 */
async function ranksOf(
  tx: TenantTx,
  columns: readonly Column[],
  positions: readonly (number | null | undefined)[] = [],
): Promise<string[]> {
  if (columns.length === 0) return [];
  const last = await lastRanks(tx, columns);
  const byColumn = Map.groupBy(columns.keys(), (index) => columnName(columns[index]!));
  const result: string[] = [];
  for (const [name, indexes] of byColumn) {
    const ranks = ranksAfter(last.get(name), indexes.length);
    // Equal positions are not subtracted: Infinity - Infinity is NaN
    const positionOf = (index: number): number => positions[index] ?? Number.POSITIVE_INFINITY;
    const ordered = indexes.toSorted((a, b) =>
      positionOf(a) === positionOf(b) ? a - b : positionOf(a) - positionOf(b),
    );
    for (const [place, index] of ordered.entries()) result[index] = ranks[place]!;
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
