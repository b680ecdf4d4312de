import { and, asc, eq, inArray, isNull } from 'drizzle-orm';
import { advisoryLocks, tryLock } from '../../db/advisory-lock.ts';
import type { Catalog } from '../../tenancy/catalog.ts';
import { primaryDatabaseId } from '../../tenancy/installation.ts';
import { tenantSchemas } from '../../tenancy/tables.ts';
import type { Admins } from '../admins.ts';
import { adminsOf, type Fleet } from '../fleet.ts';
import type { TenantSchema } from './build-schema.ts';
import { completeSchema } from './complete-schema.ts';
import { newSchema } from './take-schema.ts';

/** A schema with the core modules' tables that has no organization yet. */
export interface Spare extends TenantSchema {
  /** Not whole yet, or being made just now. */
  building: boolean;
  createdAt: Date;
  /** A migration failed in it: nobody gets it. */
  quarantined: boolean;
}

export interface KeepOptions {
  /** How many there should be. */
  keep: number;
  /** How many are built at once. */
  parallel?: number;
  /** Stops between two of them. */
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: { made: number; missing: number }) => void) | undefined;
}

export interface KeptSpares {
  made: number;
  /** Somebody else is at it: nothing was done here. */
  busy: boolean;
}

/** Every spare, the oldest first: they are taken in any order. */
export function listSpares(catalog: Catalog): Promise<Spare[]> {
  return catalog.read(async (db) => {
    const rows = await db
      .select()
      .from(tenantSchemas)
      .where(
        and(
          eq(tenantSchemas.databaseId, primaryDatabaseId),
          isNull(tenantSchemas.organizationId),
          inArray(tenantSchemas.state, ['SPARE', 'BUILDING']),
        ),
      )
      .orderBy(asc(tenantSchemas.createdAt));
    return rows.map(({ schemaName, roleName, state, createdAt, quarantinedAt }) => ({
      schemaName,
      roleName,
      building: state === 'BUILDING',
      createdAt,
      quarantined: quarantinedAt !== null,
    }));
  });
}

export const isReady = ({ building, quarantined }: Spare): boolean => !building && !quarantined;

/**
 * Builds spares until there are enough, those first whose building was interrupted. One process at a time does it, in
 * small transactions; interrupted, the next call goes on.
 */
export async function keepSpares(fleet: Fleet, options: KeepOptions): Promise<KeptSpares> {
  if (await isEnough(fleet, options)) return { made: 0, busy: false };
  await using admins = adminsOf(fleet);
  return await admins.use((guard) =>
    guard.transaction(async (lock) => {
      if (!(await tryLock(lock, advisoryLocks.spares))) return { made: 0, busy: true };
      return { made: await buildMissing(fleet, admins, options), busy: false };
    }),
  );
}

/** Builds one more spare. Returns the name of its schema. */
export async function buildSpare(fleet: Fleet): Promise<string> {
  await using admins = adminsOf(fleet);
  return await buildOne(fleet, admins);
}

const isEnough = async ({ catalog }: Fleet, { keep }: KeepOptions): Promise<boolean> =>
  keep === 0 || (await listSpares(catalog)).filter(isReady).length >= keep;

async function buildMissing(fleet: Fleet, admins: Admins, options: KeepOptions): Promise<number> {
  const { keep, parallel = 1, signal, onProgress } = options;
  const spares = await listSpares(fleet.catalog);
  const missing = keep - spares.filter(isReady).length;
  const unfinished = spares.filter(({ building }) => building);
  let begun = 0;
  let made = 0;
  const worker = async () => {
    while (begun < missing && !signal?.aborted) {
      await buildOne(fleet, admins, unfinished[begun++]);
      made++;
      onProgress?.({ made, missing });
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, missing) }, worker));
  return made;
}

async function buildOne(fleet: Fleet, admins: Admins, unfinished?: TenantSchema): Promise<string> {
  const { installation, catalog, lines } = fleet;
  const place = unfinished ?? (await catalog.write((tx) => newSchema(tx, installation.prefix)));
  await completeSchema(fleet, admins, place, lines.ofTenant());
  return place.schemaName;
}
