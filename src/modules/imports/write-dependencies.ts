import { leadsTo } from '../../access/leads-to.ts';
import { lockRule } from '../../access/rule-lock.ts';
import { AppError } from '../../lib/errors.ts';
import { recordEvents } from '../events/record-event.ts';
import { taskDependencies } from '../tasks/tables.ts';
import { isOneOf } from './bulk-rows.ts';
import { findTasks } from './find-tasks.ts';
import type { DependencyRecord } from './records.ts';
import type { WriteContext } from './write-context.ts';

const waiting = { table: taskDependencies, from: taskDependencies.taskId, to: taskDependencies.dependsOnId };

interface Pair {
  taskId: string;
  dependsOnId: string;
  unlessCycle: boolean;
}

/**
 * Makes tasks depend on others. Skips dependencies whose tasks are not both known, because exports name tasks that they
 * do not contain. Throws CYCLE if a dependency would close a cycle, unless it has `unlessCycle`.
 */
export async function writeDependencies(
  { tx, changes }: WriteContext,
  records: readonly DependencyRecord[],
): Promise<void> {
  if (records.length === 0) return;
  // Two concurrent changes could close a cycle together
  lockRule(tx, 'task dependencies');
  const found = await findTasks(
    tx,
    records.flatMap(({ taskReference, dependsOnReference }) => [taskReference, dependsOnReference]),
  );
  const wanted = records.flatMap(({ taskReference, dependsOnReference, unlessCycle }): Pair[] => {
    const [task, other] = [found.get(taskReference), found.get(dependsOnReference)];
    return task && other && task.id !== other.id ? [{ taskId: task.id, dependsOnId: other.id, unlessCycle }] : [];
  });
  const missing = await missingOf(tx, wanted);
  const added: Pair[] = [];
  for (const { unlessCycle, ...pair } of missing) {
    if (await leadsTo(tx, waiting, pair.dependsOnId, pair.taskId)) {
      if (unlessCycle) continue;
      throw new AppError('CYCLE', 'dependency: the other task depends on this one');
    }
    await tx.insert(taskDependencies).values(pair);
    added.push({ ...pair, unlessCycle });
  }
  const events = added.map(({ taskId, dependsOnId }) => ({
    action: 'task.dependencyAdded',
    resourceType: 'Task',
    resourceId: taskId,
    metadata: { dependsOnId },
  }));
  await recordEvents(tx, null, events);
  changes.add('updated', 'Task', [...new Set(added.map(({ taskId }) => taskId))]);
}

async function missingOf(tx: WriteContext['tx'], wanted: readonly Pair[]): Promise<Pair[]> {
  const taskIds = [...new Set(wanted.map(({ taskId }) => taskId))];
  if (taskIds.length === 0) return [];
  const there = await tx
    .select({ taskId: taskDependencies.taskId, dependsOnId: taskDependencies.dependsOnId })
    .from(taskDependencies)
    .where(isOneOf(taskDependencies.taskId, taskIds, 'uuid'));
  const known = new Set(there.map(keyOf));
  return [...new Map(wanted.map((pair) => [keyOf(pair), pair])).values()].filter((pair) => !known.has(keyOf(pair)));
}

const keyOf = ({ taskId, dependsOnId }: Omit<Pair, 'unlessCycle'>): string => `${taskId} ${dependsOnId}`;
