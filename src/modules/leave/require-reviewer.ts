import { eq } from 'drizzle-orm';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { profiles } from '../people/tables.ts';
import { managesLeave } from './policy.ts';

/**
 * Throws FORBIDDEN unless the viewer reviews the leave of this person: their manager or leave:manage, never themselves.
 */
export async function requireReviewer(tx: TenantTx, viewer: Viewer, profileId: string): Promise<void> {
  if (profileId === viewer.profileId)
    throw new AppError('FORBIDDEN', 'Another person must review your leave', { field: 'input.id' });
  if (managesLeave(viewer)) return;
  const [person] = await tx.select({ managerId: profiles.managerId }).from(profiles).where(eq(profiles.id, profileId));
  if (viewer.role !== 'CLIENT' && person?.managerId === viewer.profileId) return;
  throw new AppError('FORBIDDEN', 'You do not review the leave of this person', { field: 'input.id' });
}
