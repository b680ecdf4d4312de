import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { lockVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { notFound } from '../../lib/errors.ts';
import { uuidField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import type { MilestoneDependencyIds } from './add-milestone-dependency.ts';
import { requireMilestoneWriter } from './policy.ts';
import { milestoneDependencies, milestones } from './tables.ts';

const input = z.object({ milestoneId: uuidField, dependsOnId: uuidField });

/** Removes a dependency between milestones. Throws NOT_FOUND if there is none. */
export async function removeMilestoneDependency(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof input>,
): Promise<MilestoneDependencyIds> {
  requireMilestoneWriter(viewer);
  const { milestoneId, dependsOnId } = checkInput(input, raw);
  await lockVisible(tx, viewer, milestones, milestoneId, 'Milestone', 'input.milestoneId');
  const edge = and(
    eq(milestoneDependencies.milestoneId, milestoneId),
    eq(milestoneDependencies.dependsOnId, dependsOnId),
  );
  const removed = await tx
    .delete(milestoneDependencies)
    .where(edge)
    .returning({ createdAt: milestoneDependencies.createdAt });
  if (!removed.length) throw notFound('Milestone', 'input.dependsOnId');
  await recordEvent(tx, viewer, {
    action: 'milestone.dependencyRemoved',
    resourceType: 'Milestone',
    resourceId: milestoneId,
    metadata: { dependsOnId, was: removed[0] },
  });
  return { milestoneId, dependsOnId };
}
