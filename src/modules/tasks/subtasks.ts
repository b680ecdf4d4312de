import { type SQL, sql } from 'drizzle-orm';
import { getVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { type Board, boardName } from './board.ts';
import { tasks } from './tables.ts';

/** How deep tasks can be nested, the outermost included. */
export const mostLevels = 5;
/** The most tasks directly under one task. */
export const mostSubtasks = 200;

const field = 'input.parentId';

/**
 * The place of a task under another one. Throws NOT_FOUND if the viewer does not see the parent, BAD_INPUT if it is on
 * another board, CYCLE if it is a part of the task, INVALID_STATE if it has too many subtasks or is nested too deep.
 * The board must be locked.
 */
export async function requirePlaceUnder(
  tx: TenantTx,
  viewer: Viewer,
  task: Board & { id: string },
  parentId: string,
): Promise<void> {
  const parent = await getVisible(tx, viewer, tasks, parentId, 'Task', field);
  if (boardName(parent) !== boardName(task)) throw badInput('must be a task of the same project', field);
  const { isCycle, levels, siblings } = await measure(tx, task.id, parentId);
  if (isCycle) throw new AppError('CYCLE', 'The parent is a part of this task', { field });
  if (levels > mostLevels) throw new AppError('INVALID_STATE', `Tasks have at most ${mostLevels} levels`, { field });
  if (siblings >= mostSubtasks) {
    throw new AppError('INVALID_STATE', `A task has at most ${mostSubtasks} subtasks`, { field });
  }
}

interface Measures {
  isCycle: boolean;
  /** The number of levels from the outermost task above the parent to the innermost below the task. */
  levels: number;
  siblings: number;
}

/** Measures the tree that would result if the task were moved under the parent. */
export async function measure(tx: TenantTx, id: string, parentId: string): Promise<Measures> {
  const [found] = await tx.execute<Measures & Record<string, unknown>>(sql`
    with recursive above (id, parent_id, level) as (
      select id, parent_id, 1 from ${tasks} where id = ${parentId}
      union all select task.id, task.parent_id, level + 1 from ${tasks} as task join above on task.id = above.parent_id
    ), below (id, level) as (
      select ${id}::uuid, 1
      union all select task.id, level + 1 from ${tasks} as task join below on task.parent_id = below.id
    ) select exists (select 1 from above where id = ${id}) as "isCycle",
      (select max(level) from above) + (select max(level) from below) as levels,
      (select count(*)::int from ${tasks} where parent_id = ${parentId} and id <> ${id}) as siblings`);
  return found!;
}

/** Selects the ids of a task and all its subtasks, at any depth. */
export const branchOf = (id: string): SQL => sql`(with recursive branch (id) as (
  select ${id}::uuid union all select task.id from ${tasks} as task join branch on task.parent_id = branch.id)
  select id from branch)`;
