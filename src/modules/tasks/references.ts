import { and, eq } from 'drizzle-orm';
import { requireVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { notFound } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { profiles } from '../people/tables.ts';
import { deliverables, projects } from '../projects/tables.ts';

interface TaskReferences {
  projectId?: string | null | undefined;
  deliverableId?: string | null | undefined;
  assigneeId?: string | null | undefined;
}

/**
 * Fails of NOT_FOUND, naming the argument, unless the viewer sees what a task refers to: the project, the assignee, and
 * the deliverable among those of `projectId`.
 */
export async function requireReferences(
  tx: TenantTx,
  viewer: Viewer,
  given: TaskReferences,
  projectId: string | null,
): Promise<void> {
  if (given.projectId) requireVisible(tx, viewer, projects, given.projectId, 'Project', 'input.projectId');
  if (given.assigneeId) requireVisible(tx, viewer, profiles, given.assigneeId, 'Profile', 'input.assigneeId');
  if (given.deliverableId) await requireDeliverable(tx, given.deliverableId, projectId);
}

async function requireDeliverable(tx: TenantTx, id: string, projectId: string | null): Promise<void> {
  const [row] = projectId
    ? await tx
        .select({ id: deliverables.id })
        .from(deliverables)
        .where(and(eq(deliverables.id, id), eq(deliverables.projectId, projectId)))
        .for('key share')
    : [];
  if (!row) throw notFound('Deliverable', 'input.deliverableId');
}
