import { z } from 'zod';
import { leadsTo } from '../../access/leads-to.ts';
import { lockRule } from '../../access/rule-lock.ts';
import { lockVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import { uuidField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { requireMilestoneWriter } from './policy.ts';
import { milestoneDependencies, milestones } from './tables.ts';

export const waiting = {
  table: milestoneDependencies,
  from: milestoneDependencies.milestoneId,
  to: milestoneDependencies.dependsOnId,
};

const input = z.object({ milestoneId: uuidField, dependsOnId: uuidField });

export interface MilestoneDependencyIds {
  milestoneId: string;
  dependsOnId: string;
}

/**
 * Makes a milestone depend on another one of its project; repeating it changes nothing. Throws NOT_FOUND for either,
 * INVALID_STATE if they belong to different projects, and CYCLE if the other one depends on this one.
 */
export async function addMilestoneDependency(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof input>,
): Promise<MilestoneDependencyIds> {
  requireMilestoneWriter(viewer);
  const { milestoneId, dependsOnId } = checkInput(input, raw);
  // Two concurrent changes could close a cycle together, because neither would see the other's dependency.
  lockRule(tx, 'milestone dependencies');
  const milestone = await lockVisible(tx, viewer, milestones, milestoneId, 'Milestone', 'input.milestoneId');
  const dependsOn = await lockVisible(tx, viewer, milestones, dependsOnId, 'Milestone', 'input.dependsOnId');
  if (milestone.projectId !== dependsOn.projectId) {
    throw new AppError('INVALID_STATE', 'The milestone belongs to another project', { field: 'input.dependsOnId' });
  }
  if (await leadsTo(tx, waiting, dependsOnId, milestoneId)) {
    throw new AppError('CYCLE', 'The other milestone depends on this one', { field: 'input.dependsOnId' });
  }
  const added = await tx
    .insert(milestoneDependencies)
    .values({ milestoneId, dependsOnId })
    .onConflictDoNothing()
    .returning({ milestoneId: milestoneDependencies.milestoneId });
  if (added.length) {
    await recordEvent(tx, viewer, {
      action: 'milestone.dependencyAdded',
      resourceType: 'Milestone',
      resourceId: milestoneId,
      metadata: { dependsOnId },
    });
  }
  return { milestoneId, dependsOnId };
}
