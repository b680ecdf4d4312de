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

/** One schema with its role, of whatever state. */
export interface SchemaPlace {
  databaseId: string;
  schemaName: string;
  roleName: string;
}

export interface DropOptions {
  /** Stops between two transactions: CANCELLED. The same call goes on. */
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: { dropped: number; tables: number }) => void) | undefined;
}

const tablesPerTransaction = 15;
const attempts = 8;
/** How long one transaction may take: a database that stops answering keeps nobody else's drops waiting. */
const transactionMs = 60_000;

/**
 * Drops a schema that serves nobody: renamed first, so that nothing finds it any more, then its tables, a few in each
 * transaction (a DROP of all would take a thousand locks and empty every other connection's caches), the schema, its
 * role, the rows of the ledger, and last the catalog's row, which until then says that there is something left to drop.
 * Interrupted anywhere, the same call goes on. Throws INVALID_STATE for a schema that is served, that an organization
 * is being made with, or that somebody else drops.
 */
export async function dropSchema(fleet: Fleet, place: SchemaPlace, options: DropOptions = {}): Promise<void> {
  await using admins = adminsOf(fleet);
  await admins.use((guard) =>
    guard.transaction(async (lock) => {
      await lockSchema(lock, place);
      if (!(await condemn(fleet, place))) return;
      // What a lost database held is gone with it
      if (!(await fleet.databases.isRetired(place.databaseId))) {
        await using there = adminsOf(fleet, place.databaseId);
        await there.use((admin, installation) => dropObjects(admin, installation, place, options));
      }
      await forget(fleet, place);
    }),
  );
}

async function lockSchema(tx: AdminTx, { databaseId, schemaName }: SchemaPlace): Promise<void> {
  if (await tryLock(tx, advisoryLocks.drop(databaseId, schemaName))) return;
  throw new AppError('INVALID_STATE', `The schema ${schemaName} is being dropped already`);
}

/** Marks it as to be dropped, so that nobody takes it. False when it is gone already. */
function condemn({ catalog }: Fleet, { databaseId, schemaName }: SchemaPlace): Promise<boolean> {
  return catalog.write(async (tx) => {
    const [condemned] = await tx
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
    if (condemned) return true;
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
  const doomed = `dropping_${place.schemaName}`;
  await inOwn(admin, (tx) => rename(tx, place.schemaName, doomed));
  const tables = await admin.within(transactionMs, () => schemaTables(admin, doomed));
  for (let dropped = 0; dropped < tables.length; dropped += tablesPerTransaction) {
    if (options.signal?.aborted) throw new AppError('CANCELLED', 'Interrupted: the same command goes on');
    const some = tables.slice(dropped, dropped + tablesPerTransaction);
    await inOwn(admin, async (tx) => {
      await actAs(tx, roles.owner);
      for (const { kind, name } of some) {
        await tx.run(`drop ${kind} if exists ${quoteIdentifier(doomed)}.${quoteIdentifier(name)} cascade`);
      }
    });
    options.onProgress?.({ dropped: dropped + some.length, tables: tables.length });
  }
  await inOwn(admin, async (tx) => {
    await actAs(tx, roles.owner);
    await tx.run(`drop schema if exists ${quoteIdentifier(doomed)} cascade`);
  });
  await dropRole(admin, place.roleName);
  if (loginFor) await dropLogin(admin, loginFor(place.roleName).role);
  await inOwn(admin, async (tx) => {
    await actAs(tx, roles.owner);
    await tx.run('delete from chantier.tenant_migrations where schema_name = $1', [place.schemaName]);
  });
}

/** Waits for a migration of the schema that is under way; those that come later do not find it. */
async function rename(tx: AdminTx, from: string, to: string): Promise<void> {
  await takeLock(tx, advisoryLocks.migration(from));
  const [found] = await tx.run<{ there: boolean }>(`select to_regnamespace($1) is not null as there`, [from]);
  if (found?.there) await tx.run(`alter schema ${quoteIdentifier(from)} rename to ${quoteIdentifier(to)}`);
}

/**
 * Leaves a role that still has rights elsewhere, such as in another database of the server: the last drop removes it.
 */
async function dropRole(admin: Admin, role: string): Promise<void> {
  try {
    await inOwn(admin, async (tx) => {
      await takeLock(tx, advisoryLocks.grants);
      await tx.run(`drop role if exists ${quoteIdentifier(role)}`);
    });
  } catch (error) {
    if (!isStillDependedOn(error)) throw error;
  }
}

/** The login of the slots of a tenant that has a database of its own; its connections end by themselves. */
async function dropLogin(admin: Admin, login: string): Promise<void> {
  await inOwn(admin, async (tx) => {
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

/** A transaction that does not keep others waiting behind it for long, and tries again what was in use. */
const inOwn = (admin: Admin, work: (tx: AdminTx) => Promise<void>): Promise<void> =>
  retried(attempts, () =>
    admin.within(transactionMs, () =>
      admin.transaction(async (tx) => {
        await tx.run(`select set_config('lock_timeout', '3s', true)`);
        await work(tx);
      }),
    ),
  );

const actAs = (tx: AdminTx, role: string) => tx.run(`select set_config('role', $1, true)`, [role]);

/** What belonged to an organization is noted; others were nobody's. */
function forget({ catalog }: Fleet, { databaseId, schemaName }: SchemaPlace): Promise<void> {
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
