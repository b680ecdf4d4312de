import { sql } from 'drizzle-orm';
import { brokenRule, type Rule } from '../../access/requirements.ts';
import { given } from '../../access/statement.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import { projects } from './tables.ts';

/** Locks the status: a transaction that completes the project at the same time waits, and then finds the new work. */
const isOpen = sql`(
  select case when project.status = 'ACTIVE' then true else ${brokenRule('open', sql`project.status`)} end
  from (select ${projects.status} as status from ${projects} where ${projects.id} = ${given('openProjectId')} for share)
    as project)`;

/**
 * The rule that a project must accept new work: INVALID_STATE with its status if it is COMPLETED or SUSPENDED. No rule
 * for viewers with project:write, who may still make corrections.
 */
export function openRule(viewer: Viewer, projectId: string | null | undefined, field: string): Rule[] {
  if (!projectId || viewer.permissions.has('project:write')) return [];
  return [
    {
      name: 'open',
      holds: isOpen,
      given: { openProjectId: projectId },
      broken: (status) =>
        new AppError('INVALID_STATE', `This project is ${status} and accepts no new work`, { field, status }),
    },
  ];
}
