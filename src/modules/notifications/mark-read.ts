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

const until = z.date().nullish();
const some = z.object({ ids: z.array(uuidField).min(1).max(mostMarked), until });
const all = z.object({ until });

/**
 * Marks notifications of the viewer as read; with `until`, only those that last happened at this time or before. Throws
 * NOT_FOUND for one that the viewer does not see.
 */
export async function markNotificationsRead(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof some>,
): Promise<{ ids: string[] }> {
  requirePermission(viewer, 'notification:write-own');
  const { ids, until: last } = checkInput(some, raw);
  const seen = await visible(tx, viewer, { id: { in: ids } }, mostMarked);
  const known = new Set(seen.map(({ id }) => id));
  const missing = ids.findIndex((id) => !known.has(id));
  if (missing >= 0) throw notFound('Notification', `input.ids.${missing}`);
  await mark(
    tx,
    viewer,
    seen.filter(({ happenedAt }) => !last || happenedAt <= last),
  );
  return { ids: [...known] };
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
  const { until: last } = checkInput(all, raw);
  const unread = { readAt: { isNull: true }, ...(last && { happenedAt: { lte: last } }) };
  const found = await visible(tx, viewer, unread as WhereOf<'notifications'>, mostMarked + 1);
  const markedCount = await mark(tx, viewer, found.slice(0, mostMarked));
  return { markedCount, hasMore: found.length > markedCount };
}

/** A notification as the viewer has seen it. */
interface Seen {
  id: string;
  happenedAt: Date;
}

async function visible(tx: TenantTx, viewer: Viewer, where: WhereOf<'notifications'>, limit: number): Promise<Seen[]> {
  return await guardDb(tx, viewer).query.notifications.findMany({
    ...{ columns: { id: true, happenedAt: true }, where, orderBy: { happenedAt: 'asc', id: 'asc' }, limit },
  });
}

/**
 * Skips rows that another transaction has locked: it marks them too, or adds to them, and then they stay unread. So
 * this never waits, and cannot deadlock with a change that notifies several times. Rows to which another transaction
 * added since they were seen stay unread too.
 */
async function mark(tx: TenantTx, viewer: Viewer, seen: readonly Seen[]): Promise<number> {
  if (seen.length === 0) return 0;
  const times = new Map(seen.map(({ id, happenedAt }) => [id, happenedAt.getTime()]));
  const locked = await tx
    .select({ id: notifications.id, readAt: notifications.readAt, happenedAt: notifications.happenedAt })
    .from(notifications)
    .where(inArray(notifications.id, [...times.keys()]))
    .for('no key update', { skipLocked: true });
  const unread = locked.flatMap(({ id, readAt, happenedAt }) =>
    readAt || happenedAt.getTime() !== times.get(id) ? [] : [id],
  );
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
