import type { Reference } from '../../access/requirements.ts';
import { projects } from '../projects/tables.ts';
import { tasks } from '../tasks/tables.ts';

interface Work {
  projectId: string;
  taskId?: string | null | undefined;
}

/** The project, and the task, which must be one of the project: else BAD_INPUT. */
export function workReferences({ projectId, taskId }: Work): Reference[] {
  const project = { table: projects, id: projectId, typename: 'Project', field: 'input.projectId' };
  if (!taskId) return [project];
  const belongs = { to: projectId, by: tasks.projectId, otherwise: 'This task is not one of the project' };
  return [project, { table: tasks, id: taskId, typename: 'Task', field: 'input.taskId', belongs }];
}
