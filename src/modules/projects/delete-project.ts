import { z } from 'zod';
import { deleteRow, requireVersion } from '../../access/rows.ts';
import { lockVisible } from '../../access/visible-rows.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { uuidField, versionField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvent } from '../events/record-event.ts';
import { projects } from './tables.ts';

const input = z.object({ id: uuidField, expectedVersion: versionField.nullish() });

/**
 * Deletes a project with everything that is its own: phases, assignments, deliverables, incidents, and what higher
 * modules keep for it (tasks, milestones, time, channel). Needs project:delete. Throws IN_USE while something that must
 * outlive it refers to it. The log has the one event: what hung on the project went with it.
 */
export async function deleteProject(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  requirePermission(viewer, 'project:delete');
  const { id, expectedVersion } = checkInput(input, raw);
  const before = await lockVisible(tx, viewer, projects, id, 'Project');
  requireVersion(before, expectedVersion, 'Project');
  deleteRow(tx, projects, id, 'This project is still in use: complete it instead');
  await recordEvent(tx, viewer, { action: 'project.deleted', resourceType: 'Project', resourceId: id, before });
  return { id };
}
