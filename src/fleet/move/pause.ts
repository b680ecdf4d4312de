import { eq } from 'drizzle-orm';
import type { CatalogTx } from '../../tenancy/catalog.ts';
import { notifyOrganizationChanged } from '../../tenancy/invalidation.ts';
import { organizations } from '../../tenancy/tables.ts';

/** Makes new writes of an organization wait on all servers, for this long at most. Null ends the pause now. */
export async function pauseWrites(tx: CatalogTx, organizationId: string, milliseconds: number | null): Promise<void> {
  const writesPausedUntil = milliseconds === null ? null : new Date(Date.now() + milliseconds);
  await tx.update(organizations).set({ writesPausedUntil }).where(eq(organizations.id, organizationId));
  await notifyOrganizationChanged(tx, organizationId);
}
