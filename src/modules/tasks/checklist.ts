import { eq } from 'drizzle-orm';
import { notFound } from '../../lib/errors.ts';
import { longestRank, type RankedItem, rankBetween, ranksAfter } from '../../lib/rank.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import type { Neighbour } from './board.ts';
import { checklistItems } from './tables.ts';

/** Most items of one checklist. */
export const mostItems = 200;

/** The items of a task in order. The task's row must be locked. */
export const listItems = (tx: TenantTx, taskId: string): Promise<RankedItem[]> =>
  tx
    .select({ id: checklistItems.id, rank: checklistItems.rank })
    .from(checklistItems)
    .where(eq(checklistItems.taskId, taskId))
    .orderBy(checklistItems.rank, checklistItems.id);

/**
 * A rank next to another of these items, or at the end. If no short rank is free there, all items get new ranks. An
 * item that is already at the right place keeps its rank. Throws NOT_FOUND if the other item is not among them.
 */
export async function rankInChecklist(
  tx: TenantTx,
  items: readonly RankedItem[],
  { beforeId, afterId }: Neighbour,
  currentRank?: string,
): Promise<string> {
  const index = indexBetween(items, beforeId, afterId);
  const [low, high] = [items[index - 1]?.rank, items[index]?.rank];
  const isThere =
    currentRank !== undefined && (low === undefined || low < currentRank) && (high === undefined || currentRank < high);
  if (isThere) return currentRank;
  const rank = rankAt(items, index);
  if (rank !== undefined) return rank;
  const ranks = ranksAfter(undefined, items.length);
  for (const [place, { id }] of items.entries()) {
    await tx.update(checklistItems).set({ rank: ranks[place]! }).where(eq(checklistItems.id, id));
  }
  return rankBetween(ranks[index - 1], ranks[index]);
}

function indexBetween(items: readonly RankedItem[], beforeId?: string | null, afterId?: string | null): number {
  const anchorId = beforeId ?? afterId;
  if (!anchorId) return items.length;
  const index = items.findIndex(({ id }) => id === anchorId);
  if (index < 0) throw notFound('ChecklistItem', beforeId ? 'input.beforeId' : 'input.afterId');
  return beforeId ? index : index + 1;
}

function rankAt(items: readonly RankedItem[], index: number): string | undefined {
  const low = items[index - 1]?.rank;
  const high = items[index]?.rank;
  if (low !== undefined && high !== undefined && low >= high) return undefined;
  const rank = rankBetween(low, high);
  return rank.length > longestRank ? undefined : rank;
}
