import { and, eq } from 'drizzle-orm';
import { type Reference, requireAllVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { notFound } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { profiles } from '../people/tables.ts';
import { openRule } from '../projects/open-project.ts';
import { deliverables, projects } from '../projects/tables.ts';

interface TaskReferences {
  projectId?: string | null | undefined;
  deliverableId?: string | null | undefined;
  assigneeId?: string | null | undefined;
}

/**
 * Fails of NOT_FOUND, naming the argument, unless the viewer sees what a task refers to: the project, the assignee, and
 * the deliverable among those of `projectId`. Fails of INVALID_STATE when the task would be new in a project that takes no
 * new work.
 */
export async function requireReferences(
  tx: TenantTx,
  viewer: Viewer,
  given: TaskReferences,
  { projectId, isNewThere }: { projectId: string | null; isNewThere: boolean },
): Promise<void> {
  const references: Reference[] = [];
  if (given.projectId)
    references.push({ table: projects, id: given.projectId, typename: 'Project', field: 'input.projectId' });
  if (given.assigneeId)
    references.push({ table: profiles, id: given.assigneeId, typename: 'Profile', field: 'input.assigneeId' });
  requireAllVisible(tx, viewer, references, isNewThere ? openRule(viewer, projectId, 'input.projectId') : []);
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
