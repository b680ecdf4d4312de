import type { ReferencedRow } from '../../access/requirements.ts';
import { projects } from '../projects/tables.ts';
import { tasks } from '../tasks/tables.ts';

interface Work {
  projectId: string;
  taskId?: string | null | undefined;
}

/** References to the project and to the task, which must belong to the project: otherwise BAD_INPUT. */
export function workReferences({ projectId, taskId }: Work): ReferencedRow[] {
  const project = { table: projects, id: projectId, typename: 'Project', field: 'input.projectId' };
  if (!taskId) return [project];
  const belongs = { to: projectId, by: tasks.projectId, otherwise: 'This task does not belong to the project' };
  return [project, { table: tasks, id: taskId, typename: 'Task', field: 'input.taskId', belongs }];
}
