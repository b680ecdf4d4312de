import { and, asc, eq, inArray, isNull } from 'drizzle-orm';
import { advisoryLocks, tryLock } from '../../db/advisory-lock.ts';
import type { Catalog } from '../../tenancy/catalog.ts';
import { primaryDatabaseId } from '../../tenancy/installation.ts';
import { tenantSchemas } from '../../tenancy/tables.ts';
import type { Admins } from '../admins.ts';
import { adminsOf, type Fleet } from '../fleet.ts';
import { type PatienceOptions, patiently } from '../patience.ts';
import type { TenantSchema } from './build-schema.ts';
import { completeSchema } from './complete-schema.ts';
import { newSchema } from './take-schema.ts';

/** A schema with the core modules' tables that has no organization yet. */
export interface Spare extends TenantSchema {
  /** Whether it is incomplete: being built, or left by an interrupted run. */
  building: boolean;
  createdAt: Date;
  /** Whether a migration failed in it, so that no organization may use it. */
  quarantined: boolean;
}

/** `signal` stops the run between two spares. */
export interface KeepOptions extends PatienceOptions {
  /** How many spares should be ready. */
  keep: number;
  /** How many to build at once. */
  parallel?: number;
  onProgress?: ((progress: { made: number; missing: number }) => void) | undefined;
}

export interface KeptSpares {
  made: number;
  /** Whether another process is building spares, so that this run left the rest to it. */
  busy: boolean;
}

/** All spares, the oldest first. */
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
 * Builds spares until enough are ready, starting with those that an interrupted run left. Works in small transactions,
 * so the next call resumes an interrupted one. Only one process at a time builds spares.
 */
export async function keepSpares(fleet: Fleet, options: KeepOptions): Promise<KeptSpares> {
  const kept: KeptSpares = { made: 0, busy: false };
  await patiently(fleet, () => keepMore(fleet, options, kept), options);
  return kept;
}

async function keepMore(fleet: Fleet, options: KeepOptions, kept: KeptSpares): Promise<void> {
  if (await isEnough(fleet, options)) return;
  await using admins = adminsOf(fleet);
  await admins.use((guard) =>
    guard.transaction(async (lock) => {
      kept.busy = !(await tryLock(lock, advisoryLocks.spares));
      if (!kept.busy) await buildMissing(fleet, admins, options, kept);
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

async function buildMissing(fleet: Fleet, admins: Admins, options: KeepOptions, kept: KeptSpares): Promise<void> {
  const { keep, parallel = 1, signal, onProgress } = options;
  const spares = await listSpares(fleet.catalog);
  const missing = keep - spares.filter(isReady).length;
  const unfinished = spares.filter(({ building }) => building);
  const wanted = kept.made + missing;
  let begun = 0;
  const worker = async () => {
    while (begun < missing && !signal?.aborted) {
      await buildOne(fleet, admins, unfinished[begun++]);
      kept.made++;
      onProgress?.({ made: kept.made, missing: wanted });
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, missing) }, worker));
}

async function buildOne(fleet: Fleet, admins: Admins, unfinished?: TenantSchema): Promise<string> {
  const { installation, catalog, lines } = fleet;
  const place = unfinished ?? (await catalog.write((tx) => newSchema(tx, installation.prefix)));
  await completeSchema(fleet, admins, place, lines.ofTenant());
  return place.schemaName;
}
