import { registerDatabase } from '../../src/fleet/databases/register-database.ts';
import { moveTenant } from '../../src/fleet/move/move-tenant.ts';
import type { SecondServer } from '../support/second-server.ts';
import type { Company, World } from '../support/world.ts';

export const by = { actor: { kind: 'SYSTEM' } } as const;

/** A further database on the second server, registered; gives its id. */
export async function furtherDatabase(world: World, second: SecondServer, kind: 'SHARED' | 'DEDICATED' = 'DEDICATED') {
  const { url } = await second.createDatabase();
  const { id } = await registerDatabase(world.app.fleet, { kind, url }, { by });
  return { id, url };
}

export const move = (world: World, company: Company, databaseId: string) =>
  moveTenant(world.app.fleet, company.tenant.id, databaseId, { by, settle: false });

/** Where the catalog says that an organization is. */
export async function placeOf(world: World, company: Company) {
  const row = await world.app.catalog.read((db) =>
    db.query.organizations.findFirst({ where: { id: company.tenant.id } }),
  );
  const { databaseId, schemaName, roleName, writesPausedUntil } = row!;
  return { databaseId, schemaName, roleName, writesPausedUntil };
}
