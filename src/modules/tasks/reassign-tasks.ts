import { and, eq, ne, sql } from 'drizzle-orm';
import { conditionOf } from '../../access/guarded-db.ts';
import { checkAtCommit } from '../../access/requirements.ts';
import { getVisible } from '../../access/visible-rows.ts';
import { externalReferenceOf } from '../../graphql/declare/global-id.ts';
import type { Assignee } from '../../identity/task-gateway.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { notFound } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { columnValue, insertEvents } from '../events/row-events.ts';
import { profiles } from '../people/tables.ts';
import { staffRule } from '../projects/staff.ts';
import { requireTaskWriter } from './policy.ts';
import { recordMembersGone } from './record-members-gone.ts';
import { taskMembers, tasks } from './tables.ts';

const field = 'input.reassignTo';

/**
 * The person, if the viewer may assign tasks to them; `profile` is a uuid, or `ref:` and an external reference. Throws
 * FORBIDDEN, NOT_FOUND, INVALID_STATE.
 */
export async function requireAssignee(tx: TenantTx, viewer: Viewer, profile: string): Promise<Assignee> {
  requireTaskWriter(viewer);
  const reference = externalReferenceOf(profile);
  const profileId = reference === undefined ? profile : await findByReference(tx, reference);
  const { userId } = await getVisible(tx, viewer, profiles, profileId, 'Profile', field);
  checkAtCommit(tx, viewer, { rules: staffRule(profileId, field) });
  return { profileId, userId };
}

async function findByReference(tx: TenantTx, reference: string): Promise<string> {
  const [row] = await tx.select({ id: profiles.id }).from(profiles).where(eq(profiles.externalReference, reference));
  if (!row) throw notFound('Profile', field);
  return row.id;
}

/**
 * Assigns the unfinished tasks of a user that the viewer sees to another person; returns their number. PERSONAL tasks
 * stay with their owner. One statement changes all tasks, because a person may have many thousands.
 */
export async function reassignTasks(
  tx: TenantTx,
  viewer: Viewer,
  { userId, profileId }: { userId: string; profileId: string },
): Promise<number> {
  requireTaskWriter(viewer);
  checkAtCommit(tx, viewer, { rules: staffRule(profileId, field) });
  const [former] = await tx.select({ id: profiles.id }).from(profiles).where(eq(profiles.userId, userId));
  if (!former) return 0;
  const open = and(
    eq(tasks.assigneeId, former.id),
    ne(tasks.status, 'DONE'),
    ne(tasks.type, 'PERSONAL'),
    conditionOf(tasks, viewer),
  );
  const [before, after] = [former.id, profileId].map((id) => columnValue('tasks', tasks.assigneeId, sql`${id}::uuid`));
  const events = insertEvents(viewer, 'Task', 'updated', { id: sql`changed.id`, before, after, rows: sql`changed` });
  const changed = await tx.execute(sql`with changed as (
    update ${tasks} set assignee_id = ${profileId}::uuid, version = ${tasks.version} + 1, updated_at = now()
    where ${open} returning ${tasks.id} as id) ${events}`);
  await dropMainAssignees(tx, viewer, profileId);
  return changed.length;
}

/** The person is no longer one of the other assignees of its own tasks. */
async function dropMainAssignees(tx: TenantTx, viewer: Viewer, profileId: string): Promise<void> {
  const isMain = sql`exists (select from ${tasks} where ${tasks.id} = ${taskMembers.taskId}
    and ${tasks.assigneeId} = ${profileId}::uuid)`;
  const gone = await tx
    .delete(taskMembers)
    .where(and(eq(taskMembers.profileId, profileId), eq(taskMembers.role, 'ASSIGNEE'), isMain))
    .returning();
  await recordMembersGone(tx, viewer, gone);
}
