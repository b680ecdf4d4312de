import { quoteIdentifier } from '../../db/identifier.ts';
import type { MigrationTarget } from '../../db/migrator.ts';
import type { InstallationRoles } from '../../tenancy/installation.ts';
import { appendOnlyTables } from '../../tenancy/modules.ts';

/**
 * Extensions and text search configurations: made by the administrator's own login, since they belong to nobody else.
 */
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
  afterCreateTable: sealedFor(roles.catalog),
});

export const tenantTarget = (
  roles: InstallationRoles,
  place: { schemaName: string; roleName: string },
): MigrationTarget => ({
  schemaName: place.schemaName,
  searchPath: [place.schemaName, 'extensions'],
  ownerRole: roles.owner,
  ledgerRole: roles.owner,
  afterCreateTable: sealedFor(place.roleName),
});

/** Default privileges give every new table to the role; from an append-only one its right to change rows is taken. */
const sealedFor = (role: string) => (line: string, table: string) =>
  appendOnlyTables[line]?.includes(table)
    ? [`revoke update, delete on ${quoteIdentifier(table)} from ${quoteIdentifier(role)}`]
    : [];
