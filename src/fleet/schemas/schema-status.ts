import { fitsBuild, type Ledger, type SchemaState, schemaMismatch, stateOf } from '../../db/migration-ledger.ts';
import { AppError } from '../../lib/errors.ts';
import { primaryDatabaseId } from '../../tenancy/installation.ts';
import type { AdminWork } from '../admins.ts';
import { allAdminsOf, type Fleet } from '../fleet.ts';
import { type DatabaseAway, readLedgers, standOf, surveyPlaces } from '../survey.ts';
import { readLedger } from './migrate-database.ts';
import type { MigrationLines } from './migration-lines.ts';

/** How one schema stands to this build. */
export interface SchemaStatus {
  schemaName: string;
  slug: string | undefined;
  found: SchemaState;
  quarantined: boolean;
  /** It waits for an organization: who takes it brings it up to date first. */
  isSpare: boolean;
}

export interface FleetStatus {
  schemas: SchemaStatus[];
  /** Databases that did not say. */
  away: DatabaseAway[];
}

/**
 * How every schema stands to this build: what is shared first, then tenants and spares by schema name; one query in
 * each database. When the catalog itself is behind, the tenants are not listed: its tables may not be there yet.
 */
export async function schemaStatus(fleet: Fleet): Promise<FleetStatus> {
  await using admins = allAdminsOf(fleet);
  const schemas = sharedStatus(fleet.lines, await admins.of(primaryDatabaseId).use(readLedger));
  if (schemas.some(({ found }) => found.state === 'BEHIND')) return { schemas, away: [] };
  const places = await surveyPlaces(fleet.catalog);
  const { ledgers, away } = await readLedgers(admins, places);
  for (const place of places) {
    const ledger = ledgers.get(place.databaseId);
    if (!ledger) continue;
    const { schemaName, organization, quarantined } = place;
    const found = standOf(fleet.lines, ledger, place);
    schemas.push({ schemaName, slug: organization?.slug, found, quarantined, isSpare: organization === null });
  }
  return { schemas, away };
}

/** The same of what all tenants of the primary database share. */
export function sharedStatus(lines: MigrationLines, ledger: Ledger): SchemaStatus[] {
  const shared = [
    ['extensions', lines.database],
    ['catalog', lines.catalog],
  ] as const;
  return shared.map(([schemaName, wanted]) => ({
    schemaName,
    slug: undefined,
    found: stateOf(wanted, ledger.get(schemaName) ?? []),
    quarantined: false,
    isSpare: false,
  }));
}

/**
 * For the start of a server and of commands: throws SCHEMA_MISMATCH when what all tenants share does not fit this
 * build, naming the command that mends it. The schemas of tenants are looked at when they are used: none of them stops
 * the others.
 */
export async function requireSharedFit(fleet: Fleet): Promise<void> {
  await using admins = allAdminsOf(fleet);
  const shared = sharedStatus(fleet.lines, await admins.of(primaryDatabaseId).use(readShared));
  for (const { schemaName, found } of shared) {
    if (found.state === 'AHEAD' || found.state === 'EDITED') throw schemaMismatch(schemaName, found);
    if (fitsBuild(found)) continue;
    const message = `The schema ${schemaName} is older than this build: run \`chantier migrate\``;
    throw new AppError('SCHEMA_MISMATCH', message, { schemas: [schemaName] });
  }
}

const readShared: AdminWork<Ledger> = (admin, installation) =>
  readLedger(admin, installation, ['extensions', 'catalog']);
