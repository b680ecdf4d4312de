import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Viewer } from '../../identity/viewer.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { onEvent } from '../events/handlers.ts';
import { removeLabels } from './set-task-labels.ts';
import { labels, taskLabels, tasks } from './tables.ts';

/** Removes labels of other projects than that of their task. */
async function removeForeign(tx: TenantTx, viewer: Viewer | null, which: SQL): Promise<void> {
  const foreign = await tx
    .select({ taskId: taskLabels.taskId, labelId: taskLabels.labelId })
    .from(taskLabels)
    .innerJoin(labels, eq(labels.id, taskLabels.labelId))
    .innerJoin(tasks, eq(tasks.id, taskLabels.taskId))
    .where(
      and(which, sql`${labels.projectId} is distinct from ${tasks.projectId}`, sql`${labels.projectId} is not null`),
    );
  for (const [taskId, links] of Map.groupBy(foreign, (link) => link.taskId)) {
    await removeLabels(
      tx,
      viewer,
      taskId,
      links.map(({ labelId }) => labelId),
    );
  }
}

/** A task that moves to another project leaves the labels of its former one. */
onEvent('task.updated', async (tx, viewer, { resourceId, after }) => {
  if (typeof after?.projectId === 'string') await removeForeign(tx, viewer, eq(tasks.id, resourceId));
});

/** Its tasks may have moved while it was in the trash. */
onEvent('label.restored', (tx, viewer, { resourceId }) => removeForeign(tx, viewer, eq(labels.id, resourceId)));
