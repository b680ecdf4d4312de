import { type Reference, type Rule, requireAllVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { projects } from '../projects/tables.ts';
import { tasks } from '../tasks/tables.ts';

interface Work {
  projectId: string;
  taskId?: string | null | undefined;
}

/**
 * Lets the transaction fail of NOT_FOUND, naming the argument, unless the viewer sees the project and the task, and of
 * BAD_INPUT when the task is not one of the project, or of the first of the rules that is broken.
 */
export const requireWork = (tx: TenantTx, viewer: Viewer, work: Work, rules: readonly Rule[] = []): void =>
  requireAllVisible(tx, viewer, workReferences(work), rules);

/** The project, and the task as one of the project. */
export function workReferences({ projectId, taskId }: Work): Reference[] {
  const project = { table: projects, id: projectId, typename: 'Project', field: 'input.projectId' };
  if (!taskId) return [project];
  const belongs = { to: projectId, by: tasks.projectId, otherwise: 'This task is not one of the project' };
  return [project, { table: tasks, id: taskId, typename: 'Task', field: 'input.taskId', belongs }];
}
