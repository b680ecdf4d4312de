import { eq, getTableName } from 'drizzle-orm';
import { clientVersions, trustedDocuments } from '../../graphql/documents/tables.ts';
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

/** Sign-in sessions in the organization end with it: a user of several organizations signs in again. */
const tables = [
  apiKeys,
  clientVersions,
  departures,
  joinCodes,
  organizationInvitations,
  organizationSettings,
  permissions,
  sessions,
  trustedDocuments,
  userOrganizations,
] as const;

/**
 * Deletes an organization's rows in the catalog, except the organization and its users. Returns the number of rows by
 * table.
 */
export async function deleteCatalogRows(tx: CatalogTx, organizationId: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const { organizationId: column } = table;
    const gone = await tx.delete(table).where(eq(column, organizationId)).returning({ id: column });
    counts[getTableName(table)] = gone.length;
  }
  return counts;
}
