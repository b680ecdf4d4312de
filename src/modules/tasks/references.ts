import type { ReferencedRow, Requirements } from '../../access/requirements.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { notFound } from '../../lib/errors.ts';
import { profiles } from '../people/tables.ts';
import { openRule } from '../projects/open-project.ts';
import { staffRule } from '../projects/staff.ts';
import { deliverables, projects } from '../projects/tables.ts';
import { tasks } from './tables.ts';

interface Ownership {
  type: 'PROJECT' | 'PERSONAL' | 'CLIENT';
  projectId: string | null;
  assigneeId: string | null;
}

interface TaskReferences {
  projectId?: string | null | undefined;
  deliverableId?: string | null | undefined;
  assigneeId?: string | null | undefined;
  parentId?: string | null | undefined;
}

/**
 * The requirements of a task: the viewer sees the project and the assignee, and the deliverable belongs to
 * `next.projectId` (otherwise NOT_FOUND, naming the argument); the project accepts new work if the task is new there,
 * and the assignee works for the organization (otherwise INVALID_STATE). A CLIENT task may be assigned to the client's
 * contact.
 */
export function taskRequirements(
  viewer: Viewer,
  given: TaskReferences,
  next: Ownership,
  current?: Ownership,
): Requirements {
  const { type, projectId, assigneeId } = next;
  const isNewThere = projectId !== (current?.projectId ?? null);
  const isChosen = assigneeId !== (current?.assigneeId ?? null);
  const isOwner = type === 'PERSONAL' && assigneeId === viewer.profileId;
  const changesOwnership = isNewThere || isChosen || type !== current?.type;
  return {
    references: referencesOf(given, projectId),
    rules: [
      ...(isNewThere ? openRule(viewer, projectId, 'input.projectId') : []),
      ...(changesOwnership && !isOwner
        ? staffRule(assigneeId, 'input.assigneeId', {
            mayHaveLeft: !isChosen,
            contactOf: type === 'CLIENT' ? projectId : null,
          })
        : []),
    ],
  };
}

function referencesOf(
  { projectId, deliverableId, assigneeId, parentId }: TaskReferences,
  itsProject: string | null,
): ReferencedRow[] {
  const references: ReferencedRow[] = [];
  if (projectId) references.push({ table: projects, id: projectId, typename: 'Project', field: 'input.projectId' });
  if (assigneeId) references.push({ table: profiles, id: assigneeId, typename: 'Profile', field: 'input.assigneeId' });
  if (parentId) references.push({ table: tasks, id: parentId, typename: 'Task', field: 'input.parentId' });
  if (deliverableId) {
    const field = 'input.deliverableId';
    if (!itsProject) throw notFound('Deliverable', field);
    const belongs = { to: itsProject, by: deliverables.projectId };
    references.push({ table: deliverables, id: deliverableId, typename: 'Deliverable', field, belongs });
  }
  return references;
}
