import { and, asc, eq, inArray, isNull, ne, notInArray, or } from 'drizzle-orm';
import type { Ledger, SchemaState } from '../db/migration-ledger.ts';
import type { Catalog } from '../tenancy/catalog.ts';
import { databases, organizations, tenantMoves, tenantSchemas } from '../tenancy/tables.ts';
import type { FleetAdmins } from './fleet.ts';
import type { TenantPlace } from './for-each-tenant.ts';
import { PrimaryAway, type RunStep, runOnce } from './patience.ts';
import { readLedger } from './schemas/migrate-database.ts';
import type { MigrationLines } from './schemas/migration-lines.ts';

/** A schema that this build works with, and whether its data is being moved. */
export interface SurveyedPlace extends TenantPlace {
  databaseName: string;
  isMoving: boolean;
}

/** A database that did not answer, and the number of its schemas. */
export interface UnreachableDatabase {
  databaseId: string;
  name: string;
  schemas: number;
  error: unknown;
}

/**
 * The schemas of all tenants and spares that are not lost, by name, or those of these slugs and schema names, in one
 * query.
 */
export function surveyPlaces(catalog: Catalog, only?: readonly string[]): Promise<SurveyedPlace[]> {
  return catalog.read(async (db) => {
    const rows = await db
      .select({
        schemaName: tenantSchemas.schemaName,
        roleName: tenantSchemas.roleName,
        databaseId: tenantSchemas.databaseId,
        databaseName: databases.name,
        quarantinedAt: tenantSchemas.quarantinedAt,
        organization: { id: organizations.id, slug: organizations.slug, modules: organizations.modules },
        moveId: tenantMoves.id,
      })
      .from(tenantSchemas)
      .innerJoin(databases, eq(databases.id, tenantSchemas.databaseId))
      .leftJoin(organizations, eq(organizations.id, tenantSchemas.organizationId))
      .leftJoin(tenantMoves, underWay)
      .where(
        and(inArray(tenantSchemas.state, ['ACTIVE', 'SPARE']), ne(databases.state, 'RETIRED'), only && named(only)),
      )
      .orderBy(asc(tenantSchemas.schemaName));
    return rows.map(({ quarantinedAt, moveId, ...place }) => ({
      ...place,
      quarantined: quarantinedAt !== null,
      isMoving: moveId !== null,
    }));
  });
}

/** A schema must not be migrated while it is copied; once the copy is served, it can be. */
const underWay = and(
  eq(tenantMoves.organizationId, organizations.id),
  isNull(tenantMoves.endedAt),
  notInArray(tenantMoves.phase, ['SWITCHED']),
);

const named = (names: readonly string[]) =>
  or(inArray(tenantSchemas.schemaName, [...names]), inArray(organizations.slug, [...names]));

/**
 * The applied migrations in each database, by one query each, in parallel; or why a database did not answer. Throws
 * PrimaryAway if `runStep` gave up waiting for the primary database.
 */
export async function readLedgers(
  admins: FleetAdmins,
  places: readonly SurveyedPlace[],
  runStep: RunStep = runOnce,
): Promise<{ ledgers: Map<string, Ledger>; away: UnreachableDatabase[] }> {
  const ledgers = new Map<string, Ledger>();
  const away: UnreachableDatabase[] = [];
  const ask = async ([databaseId, there]: [string, SurveyedPlace[]]) => {
    try {
      ledgers.set(databaseId, await runStep(() => admins.of(databaseId).use(readLedger)));
    } catch (error) {
      if (error instanceof PrimaryAway) throw error;
      away.push({ databaseId, name: there[0]!.databaseName, schemas: there.length, error });
    }
  };
  await Promise.all([...byDatabase(places)].map(ask));
  return { ledgers, away };
}

export const byDatabase = <T extends { databaseId: string }>(places: readonly T[]): Map<string, T[]> =>
  Map.groupBy(places, ({ databaseId }) => databaseId);

/** The state of a schema for this build. */
export const schemaStateOf = (lines: MigrationLines, ledger: Ledger, place: TenantPlace): SchemaState =>
  lines.stateOf(ledger.get(place.schemaName) ?? [], place.organization?.modules);
