import { eq, getTableName } from 'drizzle-orm';
import {
  apiKeys,
  departures,
  joinCodes,
  organizationInvitations,
  permissions,
  sessions,
  userOrganizations,
} from '../../identity/tables.ts';
import type { CatalogTx } from '../../tenancy/catalog.ts';
import { organizationSettings } from '../../tenancy/tables.ts';

/** Sign-ins that name the organization end with it: a user of several signs in again. */
const tables = [
  apiKeys,
  departures,
  joinCodes,
  organizationInvitations,
  organizationSettings,
  permissions,
  sessions,
  userOrganizations,
] as const;

/** Deletes what the catalog holds of an organization, but the organization and its users. Gives the number of rows by table. */
export async function deleteCatalogRows(tx: CatalogTx, organizationId: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const { organizationId: column } = table;
    const gone = await tx.delete(table).where(eq(column, organizationId)).returning({ id: column });
    counts[getTableName(table)] = gone.length;
  }
  return counts;
}
