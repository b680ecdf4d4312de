import { z } from 'zod';
import { deleteRow, requireVersion } from '../../access/rows.ts';
import { lockVisible } from '../../access/visible-rows.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { uuidField, versionField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvent } from '../events/record-event.ts';
import { deliverables, incidents, projectAssignments, projectPhases } from './tables.ts';

const input = z.object({ id: uuidField, expectedVersion: versionField.nullish() });

const parts = {
  ProjectPhase: { table: projectPhases, action: 'projectPhase.deleted' },
  ProjectAssignment: { table: projectAssignments, action: 'projectAssignment.deleted' },
  Deliverable: { table: deliverables, action: 'deliverable.deleted' },
  Incident: { table: incidents, action: 'incident.deleted' },
} as const;

/** Deletes a part of a project, of the type named. Needs project:write. */
export async function deleteProjectPart(
  tx: TenantTx,
  viewer: Viewer,
  typename: keyof typeof parts,
  raw: Raw<typeof input>,
): Promise<{ id: string }> {
  requirePermission(viewer, 'project:write');
  const { id, expectedVersion } = checkInput(input, raw);
  const { table, action } = parts[typename];
  const before = await lockVisible(tx, viewer, table, id, typename);
  requireVersion(before, expectedVersion, typename);
  deleteRow(tx, table, id, `This ${typename} is still in use`);
  await recordEvent(tx, viewer, { action, resourceType: typename, resourceId: id, before });
  return { id };
}
