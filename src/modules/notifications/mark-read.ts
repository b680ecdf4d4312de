import { inArray } from 'drizzle-orm';
import { z } from 'zod';
import { guardDb } from '../../access/guarded-db.ts';
import type { WhereOf } from '../../access/row-rules.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { notFound } from '../../lib/errors.ts';
import { uuidField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvents } from '../events/record-event.ts';
import { notifications } from './tables.ts';

/** The most notifications that one call marks. */
export const mostMarked = 500;

const some = z.object({ ids: z.array(uuidField).min(1).max(mostMarked) });
const all = z.object({ until: z.date().nullish() });

/** Marks notifications of the viewer as read. Throws NOT_FOUND for one that the viewer does not see. */
export async function markNotificationsRead(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof some>,
): Promise<{ ids: string[] }> {
  requirePermission(viewer, 'notification:write-own');
  const { ids } = checkInput(some, raw);
  const seen = await visible(tx, viewer, { id: { in: ids } }, mostMarked);
  const known = new Set(seen);
  const missing = ids.findIndex((id) => !known.has(id));
  if (missing >= 0) throw notFound('Notification', `input.ids.${missing}`);
  await mark(tx, viewer, seen);
  return { ids: seen };
}

/**
 * Marks the viewer's unread notifications as read, the oldest first and at most 500 of them; with `until`, only those
 * of this time or before.
 */
export async function markAllNotificationsRead(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof all>,
): Promise<{ markedCount: number; hasMore: boolean }> {
  requirePermission(viewer, 'notification:write-own');
  const { until } = checkInput(all, raw);
  const unread = { readAt: { isNull: true }, ...(until && { happenedAt: { lte: until } }) };
  const found = await visible(tx, viewer, unread as WhereOf<'notifications'>, mostMarked + 1);
  const markedCount = await mark(tx, viewer, found.slice(0, mostMarked));
  return { markedCount, hasMore: found.length > mostMarked };
}

async function visible(
  tx: TenantTx,
  viewer: Viewer,
  where: WhereOf<'notifications'>,
  limit: number,
): Promise<string[]> {
  const rows = await guardDb(tx, viewer).query.notifications.findMany({
    ...{ columns: { id: true }, where, orderBy: { happenedAt: 'asc', id: 'asc' }, limit },
  });
  return rows.map(({ id }) => id);
}

/**
 * Skips rows that another transaction has locked: it marks them too, or adds to them, and then they stay unread. So
 * this never waits, and cannot deadlock with a change that notifies several times.
 */
async function mark(tx: TenantTx, viewer: Viewer, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0;
  const locked = await tx
    .select({ id: notifications.id, readAt: notifications.readAt })
    .from(notifications)
    .where(inArray(notifications.id, [...ids]))
    .for('no key update', { skipLocked: true });
  const unread = locked.flatMap(({ id, readAt }) => (readAt ? [] : [id]));
  if (unread.length === 0) return 0;
  const readAt = new Date();
  await tx.update(notifications).set({ readAt }).where(inArray(notifications.id, unread));
  await recordEvents(
    tx,
    viewer,
    unread.map((id) => ({
      ...{ action: 'notification.read', resourceType: 'Notification', resourceId: id },
      ...{ before: { readAt: null }, after: { readAt } },
    })),
  );
  return unread.length;
}
