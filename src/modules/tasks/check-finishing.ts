import { type SQL, sql } from 'drizzle-orm';
import { AppError } from '../../lib/errors.ts';
import { warn } from '../../tenancy/change-warnings.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import type { TaskStatusValue } from './completion.ts';
import { taskDependencies, tasks } from './tables.ts';

interface Finishing {
  id: string;
  status: TaskStatusValue;
}

/**
 * Throws INVALID_STATE, with the number of them, when a task would be finished while tasks that it waits for are open;
 * the caller may ignore them. A warning tells how many of its subtasks are open.
 */
export async function checkFinishing(
  tx: TenantTx,
  { id, status }: Finishing,
  next: TaskStatusValue,
  ignoreDependencies: boolean | null | undefined,
): Promise<void> {
  if (next !== 'DONE' || status === 'DONE') return;
  const waitsFor = sql`select ${taskDependencies.dependsOnId} from ${taskDependencies} where ${taskDependencies.taskId} = ${id}`;
  const [open] = await tx.execute<{ dependencies: number; subtasks: number }>(
    sql`select ${openAmong(sql`${tasks.id} in (${waitsFor})`)} as dependencies,
      ${openAmong(sql`${tasks.parentId} = ${id}`)} as subtasks`,
  );
  const { dependencies: openDependencies, subtasks } = open!;
  if (openDependencies > 0 && !ignoreDependencies) {
    const message = 'This task waits for tasks that are open: pass ignoreDependencies to finish it';
    throw new AppError('INVALID_STATE', message, { field: 'input.status', openDependencies });
  }
  if (subtasks === 0) return;
  const message = subtasks === 1 ? 'One subtask is still open' : `${subtasks} subtasks are still open`;
  warn(tx, { code: 'OPEN_SUBTASKS', message, count: subtasks });
}

const openAmong = (which: SQL): SQL =>
  sql`(select count(*)::int from ${tasks} where ${which} and ${tasks.status} <> 'DONE')`;
