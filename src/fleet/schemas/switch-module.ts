import { eq } from 'drizzle-orm';
import type { AdminTx } from '../../db/admin.ts';
import { advisoryLocks, takeLock } from '../../db/advisory-lock.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import { tablesMadeBy } from '../../db/migration-files.ts';
import { isStillDependedOn } from '../../db/pg-errors.ts';
import { AppError } from '../../lib/errors.ts';
import type { By } from '../../tenancy/audit.ts';
import { recordAudit } from '../../tenancy/audit.ts';
import type { CatalogTx } from '../../tenancy/catalog.ts';
import { notifyOrganizationChanged } from '../../tenancy/invalidation.ts';
import { organizations } from '../../tenancy/tables.ts';
import { lockOrganization, type Organization } from '../../tenancy/update-organization.ts';
import { adminsOf, type Fleet } from '../fleet.ts';
import { holdingLife } from '../holding-life.ts';
import { applyPending } from './build-schema.ts';
import { countIssued, refuseLossOfIssued } from './issued-rows.ts';

/**
 * Creates a module's tables for one organization, then enables the module. If interrupted, the module stays off; the
 * same call completes it. Throws BAD_INPUT if the module is not optional, MIGRATION_FAILED if its tables cannot be
 * created.
 */
export function enableModule(fleet: Fleet, id: string, module: string, by: By): Promise<Organization> {
  const { catalog, lines } = fleet;
  lines.ofOptional(module);
  return holdingLife(fleet, id, async () => {
    const place = await catalog.write((tx) => lockOrganization(tx, id));
    const wanted = lines.ofTenant([...new Set([...place.modules, module])]);
    await using admins = adminsOf(fleet, place.databaseId);
    await admins.use((admin, installation) => applyPending(admin, installation, place, wanted, lines.everything()));
    return await catalog.write((tx) =>
      setModule(tx, id, { module, on: true, action: 'organization.module_enabled' }, by),
    );
  });
}

/**
 * Disables a module. Its tables stay for when it is enabled again, unless `purge` is true: then they are dropped in one
 * transaction. Throws IN_USE if tables of another module refer to them, and INVALID_STATE if they contain issued
 * documents, such as invoices, unless `destroyIssued` is true.
 */
export function disableModule(
  fleet: Fleet,
  id: string,
  module: string,
  { by, purge = false, destroyIssued = false }: { by: By; purge?: boolean; destroyIssued?: boolean },
): Promise<Organization> {
  const { catalog, lines } = fleet;
  lines.ofOptional(module);
  return holdingLife(fleet, id, async () => {
    const keepsIssued = purge && !destroyIssued;
    if (keepsIssued) await requireNothingIssued(fleet, await catalog.write((tx) => lockOrganization(tx, id)), module);
    const organization = await catalog.write(async (tx) => {
      const off = await setModule(tx, id, { module, on: false, action: 'organization.module_disabled' }, by);
      if (purge)
        await recordAudit(tx, {
          ...by,
          action: 'organization.module_purged',
          organizationId: id,
          metadata: { module },
        });
      return off;
    });
    if (purge) await purgeTables(fleet, organization, module, keepsIssued);
    return organization;
  });
}

interface Switch {
  module: string;
  on: boolean;
  action: string;
}

/** Idempotent. */
async function setModule(tx: CatalogTx, id: string, { module, on, action }: Switch, by: By): Promise<Organization> {
  const before = await lockOrganization(tx, id);
  if (before.modules.includes(module) === on) return before;
  const others = before.modules.filter((each) => each !== module);
  const [after] = await tx
    .update(organizations)
    .set({ modules: on ? [...others, module].sort() : others, version: before.version + 1 })
    .where(eq(organizations.id, id))
    .returning();
  await recordAudit(tx, { ...by, action, organizationId: id, metadata: { module } });
  await notifyOrganizationChanged(tx, id);
  return after!;
}

/** Before anything changes. Purging checks it again, since members write until the module is off. */
async function requireNothingIssued(fleet: Fleet, { databaseId, schemaName }: Organization, module: string) {
  const tables = tablesMadeBy(fleet.lines.ofOptional(module));
  await using admins = adminsOf(fleet, databaseId);
  await admins.use((admin, { roles }) =>
    admin.transaction(async (tx) => {
      await tx.run(`select set_config('role', $1, true)`, [roles.owner]);
      refuseLossOfIssued(await countIssued(tx, schemaName, { tables }));
    }),
  );
}

async function purgeTables(
  fleet: Fleet,
  { databaseId, schemaName }: Organization,
  module: string,
  keepsIssued: boolean,
): Promise<void> {
  const tables = tablesMadeBy(fleet.lines.ofOptional(module));
  await using admins = adminsOf(fleet, databaseId);
  await admins.use((admin, { roles }) =>
    admin.transaction(async (tx) => {
      await takeLock(tx, advisoryLocks.migration(schemaName));
      await tx.run(`select set_config('role', $1, true), set_config('lock_timeout', '3s', true)`, [roles.owner]);
      if (keepsIssued) refuseLossOfIssued(await countIssued(tx, schemaName, { tables }));
      if (tables.length > 0) await dropTables(tx, schemaName, tables);
      await tx.run('delete from chantier.tenant_migrations where schema_name = $1 and module = $2', [
        schemaName,
        module,
      ]);
    }),
  );
}

async function dropTables(tx: AdminTx, schemaName: string, tables: readonly string[]): Promise<void> {
  const names = tables.map((table) => `${quoteIdentifier(schemaName)}.${quoteIdentifier(table)}`);
  try {
    await tx.run(`drop table if exists ${names.join(', ')}`);
  } catch (error) {
    if (!isStillDependedOn(error)) throw error;
    throw new AppError('IN_USE', 'Tables of another module refer to those of this one', {}, { cause: error });
  }
}
