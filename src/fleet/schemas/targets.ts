import { quoteIdentifier } from '../../db/identifier.ts';
import type { MigrationTarget } from '../../db/migrator.ts';
import type { InstallationRoles } from '../../tenancy/installation.ts';
import { appendOnlyTables } from '../../tenancy/modules.ts';

/** Extensions and text search configurations: the administrator's own login creates them, because only it may. */
export const databaseTarget = (roles: InstallationRoles): MigrationTarget => ({
  schemaName: 'extensions',
  searchPath: ['extensions'],
  ownerRole: null,
  ledgerRole: roles.owner,
});

export const catalogTarget = (roles: InstallationRoles): MigrationTarget => ({
  schemaName: 'catalog',
  searchPath: ['catalog', 'extensions'],
  ownerRole: roles.catalogOwner,
  ledgerRole: roles.catalogOwner,
  afterCreateTable: revokeChangesOf(roles.catalog),
});

export const tenantTarget = (
  roles: InstallationRoles,
  place: { schemaName: string; roleName: string },
): MigrationTarget => ({
  schemaName: place.schemaName,
  searchPath: [place.schemaName, 'extensions'],
  ownerRole: roles.owner,
  ledgerRole: roles.owner,
  afterCreateTable: revokeChangesOf(place.roleName),
});

/**
 * Default privileges grant the role all rights on new tables; on append-only tables UPDATE and DELETE are revoked
 * again.
 */
const revokeChangesOf = (role: string) => (line: string, table: string) =>
  appendOnlyTables[line]?.includes(table)
    ? [`revoke update, delete on ${quoteIdentifier(table)} from ${quoteIdentifier(role)}`]
    : [];
