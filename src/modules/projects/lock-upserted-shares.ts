import { inArray } from 'drizzle-orm';
import type { Viewer } from '../../identity/viewer.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { lockShares } from './lock-shares.ts';
import { projectAssignments } from './tables.ts';

/** Locks the shares of all people in the rows of an upsert, also of those whose assignment exists. */
export async function lockUpsertedShares(tx: TenantTx, _viewer: Viewer, rows: readonly object[]): Promise<void> {
  const given = rows as readonly { externalReference: string; profileId?: string | null }[];
  const references = given.map(({ externalReference }) => externalReference.trim());
  const known = await tx
    .select({ profileId: projectAssignments.profileId })
    .from(projectAssignments)
    .where(inArray(projectAssignments.externalReference, references));
  lockShares(
    tx,
    [...known, ...given].flatMap(({ profileId }) => profileId ?? []),
  );
}
