import { and, eq, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { cutCycles } from '../../access/cut-cycles.ts';
import { lockRule } from '../../access/rule-lock.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { onEvent } from '../events/handlers.ts';
import { waiting } from './add-task-dependency.ts';
import { taskDependencies, tasks } from './tables.ts';

const other = alias(tasks, 'other');

async function checkRestored(tx: TenantTx, which: SQL | undefined): Promise<void> {
  lockRule(tx, 'task dependencies');
  const restored = await tx
    .select({ from: taskDependencies.taskId, to: taskDependencies.dependsOnId })
    .from(taskDependencies)
    .innerJoin(tasks, eq(tasks.id, taskDependencies.taskId))
    .innerJoin(other, eq(other.id, taskDependencies.dependsOnId))
    .where(which);
  await cutCycles(tx, waiting, restored);
}

onEvent('task.restored', (tx, _viewer, { resourceId }) => checkRestored(tx, eq(tasks.id, resourceId)));

/** A cycle that is new passes through tasks of other projects, and leaves the project by one of these dependencies. */
onEvent('project.restored', (tx, _viewer, { resourceId }) =>
  checkRestored(tx, and(eq(tasks.projectId, resourceId), sql`${other.projectId} is distinct from ${tasks.projectId}`)),
);
