import { type Ledger, type SchemaState, stateOf } from '../../db/migration-ledger.ts';
import { AppError } from '../../lib/errors.ts';
import { primaryDatabaseId } from '../../tenancy/installation.ts';
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
 * How every schema stands to this build: what is shared first, then tenants and spares by schema name; one query in each
 * database. When the catalog itself is behind, the tenants are not listed: its tables may not be there yet.
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
 * For the start of a server: throws SCHEMA_MISMATCH when a schema is newer or older than this build, naming the command
 * that mends it. Quarantined tenants do not stop the others, they are not served; nor do spares that are older, which servers of
 * the build before may still make; nor does a database that is away, which is given back.
 */
export async function assertSchemasCurrent(fleet: Fleet): Promise<DatabaseAway[]> {
  const { schemas, away } = await schemaStatus(fleet);
  const wrong = schemas.filter(({ found, quarantined }) => !quarantined && found.state !== 'CURRENT');
  const foreign = wrong.filter(({ found }) => found.state !== 'BEHIND');
  if (foreign.length > 0) {
    throw mismatch(
      foreign,
      'not of this build: run `chantier migrate --status` to see why, and the build that made them',
    );
  }
  const older = wrong.filter(({ isSpare }) => !isSpare);
  if (older.length > 0) throw mismatch(older, 'older than this build: run `chantier migrate`');
  return away;
}

function mismatch(schemas: readonly SchemaStatus[], what: string): AppError {
  const names = schemas.map(({ schemaName, slug }) => slug ?? schemaName);
  const some = names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '');
  return new AppError('SCHEMA_MISMATCH', `Schemas (${some}) are ${what}`, { schemas: names });
}
