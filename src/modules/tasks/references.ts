import { and, eq } from 'drizzle-orm';
import { type Reference, requireAllVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { notFound } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { profiles } from '../people/tables.ts';
import { openRule } from '../projects/open-project.ts';
import { staffRule } from '../projects/staff.ts';
import { deliverables, projects } from '../projects/tables.ts';

interface TaskPlace {
  type: 'PROJECT' | 'PERSONAL' | 'CLIENT';
  projectId: string | null;
  assigneeId: string | null;
}

interface TaskReferences {
  projectId?: string | null | undefined;
  deliverableId?: string | null | undefined;
  assigneeId?: string | null | undefined;
}

/**
 * Fails of NOT_FOUND, naming the argument, unless the viewer sees what a task refers to: the project, the assignee, and
 * the deliverable among those of `projectId`. Fails of INVALID_STATE when the task would be new in a project that takes no
 * new work, or its assignee does not work for the company. The contact of the client may do a CLIENT task.
 */
export async function requireReferences(
  tx: TenantTx,
  viewer: Viewer,
  given: TaskReferences,
  next: TaskPlace,
  current?: TaskPlace,
): Promise<void> {
  const references: Reference[] = [];
  if (given.projectId)
    references.push({ table: projects, id: given.projectId, typename: 'Project', field: 'input.projectId' });
  if (given.assigneeId)
    references.push({ table: profiles, id: given.assigneeId, typename: 'Profile', field: 'input.assigneeId' });
  const { type, projectId, assigneeId } = next;
  const isNewThere = projectId !== (current?.projectId ?? null);
  const isChosen = assigneeId !== (current?.assigneeId ?? null);
  const isOwner = type === 'PERSONAL' && assigneeId === viewer.profileId;
  const changesPlace = isNewThere || isChosen || type !== current?.type;
  requireAllVisible(tx, viewer, references, [
    ...(isNewThere ? openRule(viewer, projectId, 'input.projectId') : []),
    ...(changesPlace && !isOwner
      ? staffRule(assigneeId, 'input.assigneeId', {
          mayHaveLeft: !isChosen,
          contactOf: type === 'CLIENT' ? projectId : null,
        })
      : []),
  ]);
  if (given.deliverableId) await requireDeliverable(tx, given.deliverableId, next.projectId);
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
