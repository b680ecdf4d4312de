import { z } from 'zod';
import { deleteRow, requireVersion } from '../../access/rows.ts';
import { lockVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { uuidField, versionField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvent } from '../events/record-event.ts';
import { requireMilestoneWriter } from './policy.ts';
import { milestones } from './tables.ts';

const input = z.object({ id: uuidField, expectedVersion: versionField.nullish() });

/** Deletes a milestone; its tasks stay. Throws NOT_FOUND, STALE_VERSION. */
export async function deleteMilestone(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  requireMilestoneWriter(viewer);
  const { id, expectedVersion } = checkInput(input, raw);
  const current = await lockVisible(tx, viewer, milestones, id, 'Milestone');
  requireVersion(current, expectedVersion, 'Milestone');
  await recordEvent(tx, viewer, {
    action: 'milestone.deleted',
    resourceType: 'Milestone',
    resourceId: id,
    before: current,
  });
  deleteRow(tx, milestones, id, 'The milestone is still in use');
  return { id };
}
