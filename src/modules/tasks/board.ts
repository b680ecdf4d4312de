import { and, desc, eq, isNull, ne, type SQL, sql } from 'drizzle-orm';
import { lockRule } from '../../access/rule-lock.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { notFound } from '../../lib/errors.ts';
import { longestRank, rankBetween, ranksAfter } from '../../lib/rank.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import type { TaskStatusValue } from './completion.ts';
import { tasks } from './tables.ts';

/** The board of a task: its project's, or one person's board of PERSONAL tasks. */
export interface Board {
  projectId: string | null;
  assigneeId: string | null;
}

/** The card to put another card next to. Without one: the end of the column. */
export interface Neighbour {
  beforeId?: string | null | undefined;
  afterId?: string | null | undefined;
}

/** The name of a board. Two tasks are on the same board exactly if the names are equal. */
export const boardName = ({ projectId, assigneeId }: Board): string => projectId ?? `of ${assigneeId}`;

/**
 * Locks boards until the transaction ends, so that only one transaction at a time places cards there: ranks are
 * computed from the neighbours, and two transactions that read the same gap would choose the same rank. Lock boards
 * before the rows of tasks, in the order of the names.
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
 * A rank for a card next to another card, in a column of a locked board. If the other card has left the column, the
 * rank is at the column's end. If no short rank is free between the neighbours, all cards of the column get new ranks.
 * A card that is already at the right place keeps its rank, which must be passed as `currentRank` if the card is in the
 * column. Throws NOT_FOUND if the other card is not on the board.
 */
export async function rankNextTo(
  tx: TenantTx,
  viewer: Viewer,
  card: Board & { id: string; status: TaskStatusValue },
  neighbour: Neighbour,
  currentRank: string | undefined,
): Promise<string> {
  const anchorId = neighbour.beforeId ?? neighbour.afterId;
  const side = neighbour.beforeId ? 'before' : 'after';
  const gap = anchorId ? await gapAt(tx, card, anchorId, side) : undefined;
  if (!gap) {
    const low = await lastRank(tx, card, card.status, card.id);
    return isWithin(currentRank, { low, high: undefined }) ? currentRank : rankBetween(low);
  }
  if (isWithin(currentRank, gap)) return currentRank;
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

/** The ranks on both sides of the new place; undefined if the anchor is not in the column. */
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

/** Gives the cards of a column short ranks far apart, in their current order. */
async function spreadColumn(tx: TenantTx, viewer: Viewer, column: Board & { status: TaskStatusValue }): Promise<void> {
  const cards = await tx
    .select({ id: tasks.id, rank: tasks.rank })
    .from(tasks)
    .where(inColumn(column, column.status))
    .orderBy(tasks.rank, tasks.id);
  const ranks = ranksAfter(undefined, cards.length);
  const spread = JSON.stringify(cards.map(({ id }, index) => ({ id, rank: ranks[index] })));
  // The condition is checked again after the wait for a row, so that a card that has left the column stays unchanged.
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
    // Others may read the log, but not the tasks of a personal board
    metadata: { status, ...(projectId && { ranks: Object.fromEntries(cards.map(({ id, rank }) => [id, rank])) }) },
  });
}
