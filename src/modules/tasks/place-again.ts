import { and, eq, gte, sql } from 'drizzle-orm';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { events, trash } from '../events/tables.ts';
import { type Board, lockBoards, rankAtEnd } from './board.ts';
import type { TaskStatusValue } from './completion.ts';

/**
 * The place of a restored card: its old one, or the end of its column if the cards of the column got new ranks
 * meanwhile, because the old rank then says nothing.
 */
export async function placeAgain(
  tx: TenantTx,
  card: Board & { id: string; status: TaskStatusValue },
): Promise<{ rank: string } | undefined> {
  lockBoards(tx, [card]);
  const deletedAt = tx
    .select({ at: sql`max(${trash.deletedAt})` })
    .from(trash)
    .where(eq(trash.resourceId, card.id));
  const [spread] = await tx
    .select({ id: events.id })
    .from(events)
    .where(
      and(
        eq(events.action, 'board.spread'),
        eq(events.resourceType, card.projectId ? 'Project' : 'Profile'),
        eq(events.resourceId, (card.projectId ?? card.assigneeId)!),
        sql`${events.metadata} ->> 'status' = ${card.status}`,
        gte(events.createdAt, sql`(${deletedAt})`),
      ),
    )
    .limit(1);
  return spread && { rank: await rankAtEnd(tx, card, card.status) };
}
