import { and, eq, like, sql } from 'drizzle-orm';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { events } from '../events/tables.ts';
import { isOneOf } from './bulk-rows.ts';

interface Part {
  id: string;
  taskId: string;
}

/**
 * Leaves out parts that people deleted from their task. A part that was deleted together with its task is kept, because
 * the import creates the task again.
 */
export async function withoutDeleted<P extends Part>(
  tx: TenantTx,
  typename: 'TaskComment' | 'ChecklistItem',
  parts: readonly P[],
): Promise<P[]> {
  if (parts.length === 0) return [];
  const ids = parts.map(({ id }) => id);
  const rows = await tx
    .select({ id: events.resourceId, taskId: sql<string>`${events.before} ->> 'taskId'` })
    .from(events)
    .where(
      and(eq(events.resourceType, typename), isOneOf(events.resourceId, ids, 'uuid'), like(events.action, '%.deleted')),
    );
  const deleted = new Set(rows.map(({ id, taskId }) => `${id} of ${taskId}`));
  return parts.filter(({ id, taskId }) => !deleted.has(`${id} of ${taskId}`));
}
