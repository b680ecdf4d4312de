import { and, eq } from 'drizzle-orm';
import type { CatalogDb } from '../tenancy/catalog.ts';
import { userOrganizations } from './tables.ts';

/** Whether the user is a member of the organization. */
export async function isMember(
  db: CatalogDb,
  { organizationId, userId }: { organizationId: string; userId: string },
): Promise<boolean> {
  const mine = and(eq(userOrganizations.userId, userId), eq(userOrganizations.organizationId, organizationId));
  return (await db.$count(userOrganizations, mine)) > 0;
}
