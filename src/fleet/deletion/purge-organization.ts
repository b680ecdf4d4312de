import { eq } from 'drizzle-orm';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import type { By } from '../../tenancy/audit.ts';
import { recordAudit } from '../../tenancy/audit.ts';
import type { CatalogTx } from '../../tenancy/catalog.ts';
import { notifyOrganizationChanged } from '../../tenancy/invalidation.ts';
import { organizations, tenantSchemas } from '../../tenancy/tables.ts';
import type { Organization } from '../../tenancy/update-organization.ts';
import { adminsOf, type Fleet } from '../fleet.ts';
import { holdingLife } from '../holding-life.ts';
import { type DropOptions, dropSchema, type SchemaPlace } from '../schemas/drop-schema.ts';
import { schemaSize } from '../schemas/schema-tables.ts';
import { deleteCatalogRows } from './catalog-rows.ts';
import { deletionRequested, lockProvisioned } from './delete-organization.ts';
import { type Contents, dropStarted, lastEntry, organizationDeleted, type Receipt, sealReceipt } from './receipt.ts';

export interface PurgeOptions extends DropOptions {
  by: By;
  /** Drops the data even before the grace period is over. */
  now?: boolean;
  clock?: Clock;
}

/**
 * Drops all data of an organization that is being deleted, and returns the receipt. Steps: count the contents; mark the
 * schemas (from here on the deletion cannot be undone); drop them in small transactions; delete the rows of the
 * catalog, in the transaction that writes the receipt. After an interruption, the same call resumes. Throws
 * INVALID_STATE for an organization that is not being deleted, or whose deletion may still be undone.
 */
export function purgeOrganization(fleet: Fleet, id: string, options: PurgeOptions): Promise<Receipt> {
  return holdingLife(fleet, id, async () => {
    const organization = await fleet.catalog.write((tx) => requireDue(tx, id, options));
    const contents = await countContents(fleet, organization);
    const places = await fleet.catalog.write((tx) => beginDrop(tx, id, contents, options));
    for (const place of places) await dropSchema(fleet, place, options);
    return await fleet.catalog.write((tx) => finish(tx, organization, options));
  });
}

async function requireDue(tx: CatalogTx, id: string, { now = false, clock = systemClock }: PurgeOptions) {
  const organization = await lockProvisioned(tx, id);
  const { status, deleteAfter } = organization;
  if (status !== 'DELETING') throw new AppError('INVALID_STATE', 'The organization is not being deleted');
  if (!now && deleteAfter && deleteAfter > clock()) {
    throw new AppError('INVALID_STATE', `The deletion can be undone until ${deleteAfter.toISOString()}`);
  }
  return organization;
}

/** Time limit for counting all rows. */
const countMs = 30 * 60_000;

/** Counts the organization's data; zero if its database was lost. */
async function countContents(fleet: Fleet, { databaseId, schemaName }: Organization): Promise<Contents> {
  if (await fleet.databases.isRetired(databaseId)) return { databaseId, schemaName, tables: 0, rows: 0, bytes: 0 };
  await using admins = adminsOf(fleet, databaseId);
  return await admins.use((admin, { roles }) =>
    admin.within(countMs, () =>
      admin.transaction(async (tx) => {
        await tx.run('set transaction isolation level repeatable read, read only');
        await tx.run(`select set_config('role', $1, true)`, [roles.owner]);
        return { databaseId, schemaName, ...(await schemaSize(tx, schemaName)) };
      }),
    ),
  );
}

/**
 * Marks all schemas of the organization for dropping, including other copies. The first call also stores the counted
 * contents, before they shrink.
 */
async function beginDrop(tx: CatalogTx, id: string, contents: Contents, options: PurgeOptions): Promise<SchemaPlace[]> {
  await requireDue(tx, id, options);
  const places = await tx.select().from(tenantSchemas).where(eq(tenantSchemas.organizationId, id));
  if (places.some(({ state }) => state === 'ACTIVE')) {
    await tx.update(tenantSchemas).set({ state: 'DROPPING' }).where(eq(tenantSchemas.organizationId, id));
    // From here on the deletion cannot be undone: after an interruption it is due at once, whatever grace period is
    // left
    const { clock = systemClock } = options;
    await tx.update(organizations).set({ deleteAfter: clock() }).where(eq(organizations.id, id));
    await recordAudit(tx, { ...options.by, action: dropStarted, organizationId: id, metadata: { ...contents } });
    await notifyOrganizationChanged(tx, id);
  }
  return places;
}

async function finish(tx: CatalogTx, organization: Organization, { by, clock = systemClock }: PurgeOptions) {
  const { id: organizationId, slug, name } = organization;
  const request = await lastEntry(tx, organizationId, deletionRequested);
  const started = await lastEntry(tx, organizationId, dropStarted);
  const catalog = await deleteCatalogRows(tx, organizationId);
  await tx.delete(organizations).where(eq(organizations.id, organizationId));
  const receipt = sealReceipt({
    organizationId,
    slug,
    name,
    ...(started!.metadata as Contents),
    requestedAt: request!.at.toISOString(),
    requestedBy: request!.actorId === null ? request!.actorKind : `${request!.actorKind} ${request!.actorId}`,
    droppedAt: clock().toISOString(),
    catalog,
  });
  await recordAudit(tx, { ...by, action: organizationDeleted, organizationId, metadata: { ...receipt } });
  await notifyOrganizationChanged(tx, organizationId);
  return receipt;
}
