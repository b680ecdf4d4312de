import { and, eq, inArray, isNull, or } from 'drizzle-orm';
import type { Admin, AdminTx } from '../../db/admin.ts';
import { advisoryLocks, takeLock, tryLock } from '../../db/advisory-lock.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import { retried } from '../../db/migrator.ts';
import { isStillDependedOn } from '../../db/pg-errors.ts';
import { AppError } from '../../lib/errors.ts';
import { recordAudit } from '../../tenancy/audit.ts';
import type { Installation } from '../../tenancy/installation.ts';
import { tenantSchemas } from '../../tenancy/tables.ts';
import { isSchema } from '../../tenancy/tenant.ts';
import { adminsOf, type Fleet } from '../fleet.ts';
import { schemaTables } from './schema-tables.ts';

/** A schema in any state, with its role. */
export interface SchemaPlace {
  databaseId: string;
  schemaName: string;
  roleName: string;
}

export interface DropOptions {
  /** Stops between two transactions: CANCELLED. Call it again to resume. */
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: { dropped: number; tables: number }) => void) | undefined;
}

const tablesPerTransaction = 15;
const attempts = 8;
/** Time limit of one transaction, so that a database that stops answering does not delay other drops. */
const transactionMs = 60_000;

/**
 * Drops a schema that no organization uses. Renames it first, so that nothing finds it any more; then drops its tables,
 * a few per transaction (dropping all at once would take a thousand locks and invalidate every other connection's
 * caches), the schema, its role, its rows in the ledger, and last its row in the catalog, which until then records that
 * there is something left to drop. Call it again to resume after an interruption. Throws INVALID_STATE if the schema is
 * in use, is being built for an organization, or is being dropped by another process.
 */
export async function dropSchema(fleet: Fleet, place: SchemaPlace, options: DropOptions = {}): Promise<void> {
  await using admins = adminsOf(fleet);
  await admins.use((guard) =>
    guard.transaction(async (lock) => {
      await lockSchema(lock, place);
      if (!(await markDropping(fleet, place))) return;
      // Nothing is left to drop in a lost database
      if (!(await fleet.databases.isRetired(place.databaseId))) {
        await using there = adminsOf(fleet, place.databaseId);
        await there.use((admin, installation) => dropObjects(admin, installation, place, options));
      }
      await deleteRecord(fleet, place);
    }),
  );
}

async function lockSchema(tx: AdminTx, { databaseId, schemaName }: SchemaPlace): Promise<void> {
  if (await tryLock(tx, advisoryLocks.drop(databaseId, schemaName))) return;
  throw new AppError('INVALID_STATE', `The schema ${schemaName} is being dropped already`);
}

/** Marks the schema for dropping, so that nothing takes it. Returns false if it is already gone. */
function markDropping({ catalog }: Fleet, { databaseId, schemaName }: SchemaPlace): Promise<boolean> {
  return catalog.write(async (tx) => {
    const [marked] = await tx
      .update(tenantSchemas)
      .set({ state: 'DROPPING' })
      .where(
        and(
          isSchema(databaseId, schemaName),
          or(
            inArray(tenantSchemas.state, ['INCOMING', 'RETAINED', 'SCRATCH', 'DROPPING']),
            and(inArray(tenantSchemas.state, ['BUILDING', 'SPARE']), isNull(tenantSchemas.organizationId)),
          ),
        ),
      )
      .returning({ schemaName: tenantSchemas.schemaName });
    if (marked) return true;
    const [found] = await tx
      .select({ state: tenantSchemas.state })
      .from(tenantSchemas)
      .where(isSchema(databaseId, schemaName));
    if (!found) return false;
    throw new AppError('INVALID_STATE', `The schema ${schemaName} is in use: ${found.state}`);
  });
}

async function dropObjects(
  admin: Admin,
  installation: Installation,
  place: SchemaPlace,
  options: DropOptions,
): Promise<void> {
  const { roles, loginFor } = installation;
  const renamed = `dropping_${place.schemaName}`;
  await inShortTransaction(admin, (tx) => rename(tx, place.schemaName, renamed));
  const tables = await admin.within(transactionMs, () => schemaTables(admin, renamed));
  for (let dropped = 0; dropped < tables.length; dropped += tablesPerTransaction) {
    if (options.signal?.aborted) throw new AppError('CANCELLED', 'Interrupted: rerun the same command to resume');
    const some = tables.slice(dropped, dropped + tablesPerTransaction);
    await inShortTransaction(admin, async (tx) => {
      await actAs(tx, roles.owner);
      for (const { kind, name } of some) {
        await tx.run(`drop ${kind} if exists ${quoteIdentifier(renamed)}.${quoteIdentifier(name)} cascade`);
      }
    });
    options.onProgress?.({ dropped: dropped + some.length, tables: tables.length });
  }
  await inShortTransaction(admin, async (tx) => {
    await actAs(tx, roles.owner);
    await tx.run(`drop schema if exists ${quoteIdentifier(renamed)} cascade`);
  });
  await dropRole(admin, place.roleName);
  if (loginFor) await dropLogin(admin, loginFor(place.roleName).role);
  await inShortTransaction(admin, async (tx) => {
    await actAs(tx, roles.owner);
    await tx.run('delete from chantier.tenant_migrations where schema_name = $1', [place.schemaName]);
  });
}

/** Waits for a running migration of the schema; later ones no longer find the schema. */
async function rename(tx: AdminTx, from: string, to: string): Promise<void> {
  await takeLock(tx, advisoryLocks.migration(from));
  const [found] = await tx.run<{ there: boolean }>(`select to_regnamespace($1) is not null as there`, [from]);
  if (found?.there) await tx.run(`alter schema ${quoteIdentifier(from)} rename to ${quoteIdentifier(to)}`);
}

/**
 * Drops a role. If it still has rights elsewhere, such as in another database of the server, it stays until the last
 * drop.
 */
async function dropRole(admin: Admin, role: string): Promise<void> {
  try {
    await inShortTransaction(admin, async (tx) => {
      await takeLock(tx, advisoryLocks.grants);
      await tx.run(`drop role if exists ${quoteIdentifier(role)}`);
    });
  } catch (error) {
    if (!isStillDependedOn(error)) throw error;
  }
}

/** Drops the login of a tenant with a dedicated database; its connections end by themselves. */
async function dropLogin(admin: Admin, login: string): Promise<void> {
  await inShortTransaction(admin, async (tx) => {
    const [found] = await tx.run<{ database: string }>(
      'select current_database()::text as database from pg_roles where rolname = $1',
      [login],
    );
    if (found) {
      await tx.run(`revoke connect on database ${quoteIdentifier(found.database)} from ${quoteIdentifier(login)}`);
    }
  });
  await dropRole(admin, login);
}

/**
 * Runs a transaction with a short lock timeout, so that other statements do not queue behind it for long; retries if
 * the object is in use.
 */
const inShortTransaction = (admin: Admin, work: (tx: AdminTx) => Promise<void>): Promise<void> =>
  retried(attempts, () =>
    admin.within(transactionMs, () =>
      admin.transaction(async (tx) => {
        await tx.run(`select set_config('lock_timeout', '3s', true)`);
        await work(tx);
      }),
    ),
  );

const actAs = (tx: AdminTx, role: string) => tx.run(`select set_config('role', $1, true)`, [role]);

/** Deletes the catalog's row. Only the drop of an organization's schema is recorded in the audit log. */
function deleteRecord({ catalog }: Fleet, { databaseId, schemaName }: SchemaPlace): Promise<void> {
  return catalog.write(async (tx) => {
    const [gone] = await tx
      .delete(tenantSchemas)
      .where(and(isSchema(databaseId, schemaName), eq(tenantSchemas.state, 'DROPPING')))
      .returning({ organizationId: tenantSchemas.organizationId });
    if (!gone?.organizationId) return;
    await recordAudit(tx, {
      actor: { kind: 'SYSTEM' },
      action: 'organization.schema_dropped',
      organizationId: gone.organizationId,
      metadata: { databaseId, schemaName },
    });
  });
}
