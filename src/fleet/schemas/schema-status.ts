import { fitsBuild, type Ledger, type SchemaState, schemaMismatch, stateOf } from '../../db/migration-ledger.ts';
import { AppError } from '../../lib/errors.ts';
import { primaryDatabaseId } from '../../tenancy/installation.ts';
import type { AdminWork } from '../admins.ts';
import { allAdminsOf, type Fleet } from '../fleet.ts';
import { readLedgers, schemaStateOf, surveyPlaces, type UnreachableDatabase } from '../survey.ts';
import { readLedger } from './migrate-database.ts';
import type { MigrationLines } from './migration-lines.ts';

/** The state of one schema relative to this build. */
export interface SchemaStatus {
  schemaName: string;
  slug: string | undefined;
  found: SchemaState;
  quarantined: boolean;
  /** Whether it has no organization yet; it is migrated when an organization takes it. */
  isSpare: boolean;
}

export interface FleetStatus {
  schemas: SchemaStatus[];
  /** Databases that did not answer. */
  away: UnreachableDatabase[];
}

/**
 * Reads the state of all schemas relative to this build: first the shared ones, then tenants and spares by schema name.
 * Runs one query per database. If the catalog itself is behind, tenants are not listed, because its tables may not
 * exist yet.
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
    const found = schemaStateOf(fleet.lines, ledger, place);
    schemas.push({ schemaName, slug: organization?.slug, found, quarantined, isSpare: organization === null });
  }
  return { schemas, away };
}

/** The state of the schemas that the tenants of the primary database share. */
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
 * Throws SCHEMA_MISMATCH, with the command that repairs it, if the shared schemas do not fit this build. Runs when a
 * server or command starts. The schemas of tenants are checked when they are used, so that none of them blocks the
 * others.
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
