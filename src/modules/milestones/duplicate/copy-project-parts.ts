import type { Viewer } from '../../../identity/viewer.ts';
import { uuidv7 } from '../../../lib/ids.ts';
import type { TenantTx } from '../../../tenancy/tenant-session.ts';
import { requireFreeShares } from '../../projects/require-free-share.ts';
import { deliverables, projectAssignments, projectPhases } from '../../projects/tables.ts';
import type { Copy } from './copy-tasks.ts';
import { insertObjects } from './insert-copies.ts';
import type { ProjectParts } from './project-parts.ts';

/** Copies phases, deliverables (as drafts) and assignments. Throws OVERBOOKED unless overbooking is allowed. */
export async function copyProjectParts(
  tx: TenantTx,
  viewer: Viewer,
  parts: ProjectParts,
  { projectId, shift, takesPart, deliverables: ids }: Copy,
  allowOverbooking: boolean,
): Promise<void> {
  const shifted = (day: string | null) => day && shift(day);
  const phases = parts.phases.map(({ name, position, startDate, endDate }) => ({
    ...{ id: uuidv7(), projectId, name, position, startDate: shifted(startDate), endDate: shifted(endDate) },
  }));
  await insertObjects(tx, viewer, { table: projectPhases, typename: 'ProjectPhase' }, phases);
  const drafts = parts.deliverables.map(({ id, name, description, dueDate }) => ({
    ...{ id: ids.get(id)!, projectId, name, description, dueDate: shifted(dueDate) },
  }));
  await insertObjects(tx, viewer, { table: deliverables, typename: 'Deliverable' }, drafts);
  // A sale rate is hidden from people without this permission
  const seesRates = viewer.permissions.has('cost:read');
  const assigned = parts.assignments.flatMap((assignment) => {
    const { profileId, role, allocationPercent, fromDate, toDate, saleRate } = assignment;
    if (!takesPart(profileId)) return [];
    const dates = { fromDate: shifted(fromDate), toDate: shifted(toDate) };
    const of = { id: uuidv7(), projectId, profileId, role, allocationPercent };
    return [{ ...of, ...dates, saleRate: seesRates ? saleRate : null }];
  });
  if (!allowOverbooking && assigned.length > 0) await requireFreeShares(tx, assigned, 'input.withPeople');
  await insertObjects(tx, viewer, { table: projectAssignments, typename: 'ProjectAssignment' }, assigned);
}
