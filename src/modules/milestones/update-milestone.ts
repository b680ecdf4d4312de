import { z } from 'zod';
import { patchRow, requireVersion } from '../../access/rows.ts';
import { lockVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { uuidField, versionField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import { checkPeriod } from '../../lib/period.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvent } from '../events/record-event.ts';
import { checkProgress, completionOf, milestoneFields } from './milestone-input.ts';
import { requireMilestoneWriter } from './policy.ts';
import { recomputeProgress } from './recompute-progress.ts';
import { milestones, uniqueMilestoneFields } from './tables.ts';

const input = z.object({ id: uuidField, ...milestoneFields, expectedVersion: versionField.nullish() });

/**
 * Changes a milestone. Absent fields stay, null clears. Becoming AUTO computes its progress; becoming MANUAL keeps
 * what was computed until somebody says otherwise. Throws NOT_FOUND, STALE_VERSION, BAD_INPUT.
 */
export async function updateMilestone(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  requireMilestoneWriter(viewer);
  const { id, expectedVersion, ...patch } = checkInput(input, raw);
  const current = await lockVisible(tx, viewer, milestones, id, 'Milestone');
  requireVersion(current, expectedVersion, 'Milestone');
  checkPeriod(patch.startDate ?? current.startDate, patch.dueDate ?? current.dueDate, 'input.dueDate');
  checkProgress(patch.progressMode ?? current.progressMode, patch.progress);
  const completion = patch.status ? completionOf(current.status, patch.status) : {};
  const changes = patchRow(tx, milestones, current, { ...patch, ...completion }, uniqueMilestoneFields);
  if (!changes) return { id };
  await recordEvent(tx, viewer, {
    action: 'milestone.updated',
    resourceType: 'Milestone',
    resourceId: id,
    ...changes,
  });
  if (changes.after.progressMode === 'AUTO') await recomputeProgress(tx, viewer, [id]);
  return { id };
}
