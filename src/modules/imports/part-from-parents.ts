import { sql } from 'drizzle-orm';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvents } from '../events/record-event.ts';
import { tasks } from '../tasks/tables.ts';

/**
 * Separates tasks from parents that are in another project, after these tasks have moved. A tree that moves as a whole
 * stays one. Returns the ids of the separated subtasks.
 */
export async function partFromParents(tx: TenantTx, moved: readonly string[], source: string): Promise<string[]> {
  if (moved.length === 0) return [];
  const ids = sql`${sql.param(moved)}::uuid[]`;
  const parted = await tx.execute<{ id: string; parent: string }>(sql`
    update ${tasks} as part set parent_id = null, version = part.version + 1, updated_at = ${new Date().toISOString()}
    from ${tasks} as parent
    where parent.id = part.parent_id and (part.id = any(${ids}) or parent.id = any(${ids}))
      and part.project_id is distinct from parent.project_id
    returning part.id, parent.id as parent`);
  const events = parted.map(({ id, parent }) => ({
    action: 'task.updated',
    resourceType: 'Task',
    resourceId: id,
    metadata: { source },
    before: { parentId: parent },
    after: { parentId: null },
  }));
  if (events.length > 0) await recordEvents(tx, null, events);
  return parted.map(({ id }) => id);
}
