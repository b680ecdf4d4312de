import { and, desc, eq, isNull, ne, type SQL, sql } from 'drizzle-orm';
import { lockRule } from '../../access/rule-lock.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { notFound } from '../../lib/errors.ts';
import { longestRank, rankBetween, ranksAfter } from '../../lib/rank.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvent } from '../events/record-event.ts';
import type { TaskStatusValue } from './completion.ts';
import { tasks } from './tables.ts';

/** Where cards lie together: a project, or the PERSONAL tasks of one person. */
export interface Board {
  projectId: string | null;
  assigneeId: string | null;
}

/** Next to which card to put one. Without any: at the end of the column. */
export interface Neighbour {
  beforeId?: string | null | undefined;
  afterId?: string | null | undefined;
}

/** Names a board; two tasks lie on the same one exactly when the names are equal. */
export const boardName = ({ projectId, assigneeId }: Board): string => projectId ?? `of ${assigneeId}`;

/**
 * Lets one transaction at a time put cards on a board, until it ends: ranks are computed from the neighbours, so two
 * that read the same gap would take the same rank. Taken before the rows of tasks, in the order of the names.
 */
export function lockBoards(tx: TenantTx, boards: readonly Board[]): void {
  for (const name of [...new Set(boards.map(boardName))].sort()) lockRule(tx, `board ${name}`);
}

const onBoard = ({ projectId, assigneeId }: Board): SQL | undefined =>
  projectId ? eq(tasks.projectId, projectId) : and(isNull(tasks.projectId), eq(tasks.assigneeId, assigneeId ?? ''));

const inColumn = (board: Board, status: TaskStatusValue): SQL | undefined =>
  and(onBoard(board), eq(tasks.status, status));

/** A rank at the end of a column of a locked board. */
export const rankAtEnd = async (tx: TenantTx, board: Board, status: TaskStatusValue): Promise<string> =>
  rankBetween(await lastRank(tx, board, status));

async function lastRank(
  tx: TenantTx,
  board: Board,
  status: TaskStatusValue,
  exceptId?: string,
): Promise<string | undefined> {
  const [last] = await tx
    .select({ rank: tasks.rank })
    .from(tasks)
    .where(and(inColumn(board, status), exceptId ? ne(tasks.id, exceptId) : undefined))
    .orderBy(desc(tasks.rank), desc(tasks.id))
    .limit(1);
  return last?.rank;
}

/**
 * A rank for a card next to another card, in a column of a locked board. If the other card has left the column, the rank
 * is the column's last. If no short rank is free between the neighbours, all cards of the column get new ranks. A card that
 * already stands there keeps its rank: pass it as `held` when the card is in the column. Throws NOT_FOUND when the other
 * card is not on the board.
 */
export async function rankNextTo(
  tx: TenantTx,
  viewer: Viewer,
  card: Board & { id: string; status: TaskStatusValue },
  neighbour: Neighbour,
  held: string | undefined,
): Promise<string> {
  const anchorId = neighbour.beforeId ?? neighbour.afterId;
  const side = neighbour.beforeId ? 'before' : 'after';
  const gap = anchorId ? await gapAt(tx, card, anchorId, side) : undefined;
  if (!gap) {
    const low = await lastRank(tx, card, card.status, card.id);
    return isWithin(held, { low, high: undefined }) ? held : rankBetween(low);
  }
  if (isWithin(held, gap)) return held;
  if (gap.low === undefined || gap.high === undefined || gap.low < gap.high) {
    const rank = rankBetween(gap.low, gap.high);
    if (rank.length <= longestRank) return rank;
  }
  await spreadColumn(tx, viewer, card);
  const wider = (await gapAt(tx, card, anchorId!, side))!;
  return rankBetween(wider.low, wider.high);
}

interface Gap {
  low: string | undefined;
  high: string | undefined;
}

const isWithin = (rank: string | undefined, { low, high }: Gap): rank is string =>
  rank !== undefined && (low === undefined || low < rank) && (high === undefined || rank < high);

/** The ranks on both sides of where the card goes; undefined when the anchor is not in the column. */
async function gapAt(
  tx: TenantTx,
  card: Board & { id: string; status: TaskStatusValue },
  anchorId: string,
  side: 'before' | 'after',
): Promise<Gap | undefined> {
  const [anchor] = await tx
    .select({ id: tasks.id, rank: tasks.rank, status: tasks.status })
    .from(tasks)
    .where(and(onBoard(card), eq(tasks.id, anchorId)));
  if (!anchor) throw notFound('Task', `input.${side}Id`);
  if (anchor.status !== card.status) return undefined;
  const [compare, direction] = side === 'after' ? [sql`>`, sql`asc`] : [sql`<`, sql`desc`];
  const [next] = await tx
    .select({ rank: tasks.rank })
    .from(tasks)
    .where(
      and(
        inColumn(card, card.status),
        ne(tasks.id, card.id),
        sql`(${tasks.rank}, ${tasks.id}) ${compare} (${anchor.rank}, ${anchor.id}::uuid)`,
      ),
    )
    .orderBy(sql`${tasks.rank} ${direction}`, sql`${tasks.id} ${direction}`)
    .limit(1);
  return side === 'after' ? { low: anchor.rank, high: next?.rank } : { low: next?.rank, high: anchor.rank };
}

/** Gives the cards of a column short ranks far apart, in the order that they have. */
async function spreadColumn(tx: TenantTx, viewer: Viewer, column: Board & { status: TaskStatusValue }): Promise<void> {
  const cards = await tx
    .select({ id: tasks.id })
    .from(tasks)
    .where(inColumn(column, column.status))
    .orderBy(tasks.rank, tasks.id);
  const ranks = ranksAfter(undefined, cards.length);
  const spread = JSON.stringify(cards.map(({ id }, index) => ({ id, rank: ranks[index] })));
  // A card that leaves the column while this waits for its row is left alone: the condition is checked again.
  await tx
    .update(tasks)
    .set({ rank: sql`spread.rank` })
    .from(sql`json_to_recordset(${spread}::json) as spread (id uuid, rank text)`)
    .where(and(inColumn(column, column.status), sql`${tasks.id} = spread.id`));
  const { projectId, assigneeId, status } = column;
  await recordEvent(tx, viewer, {
    action: 'board.spread',
    resourceType: projectId ? 'Project' : 'Profile',
    resourceId: projectId ?? assigneeId!,
    metadata: { status },
  });
}
