import { and, eq, inArray } from 'drizzle-orm';
import { later } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import { type AuditActor, recordAudit } from '../../tenancy/audit.ts';
import type { CatalogTx } from '../../tenancy/catalog.ts';
import { primaryDatabaseId } from '../../tenancy/installation.ts';
import { notifyOrganizationChanged } from '../../tenancy/invalidation.ts';
import { auditLogs, organizations, tenantSchemas } from '../../tenancy/tables.ts';
import { isSchema, servedSchema, type Tenant, tenantColumns, tenantNotFound, tenantOf } from '../../tenancy/tenant.ts';
import { lockOrganization } from '../../tenancy/update-organization.ts';
import { readEra } from '../copy/era.ts';
import { tablesOf } from '../copy/tenant-tables.ts';
import { closeAccess } from '../deletion/access.ts';
import type { Fleet, FleetAdmins } from '../fleet.ts';
import { holdingLife } from '../holding-life.ts';
import { cancelUnfinished } from '../move/cancel-move.ts';
import { refuseUntilSwitched } from '../move/journal.ts';
import type { SchemaPlace } from '../schemas/drop-schema.ts';
import { countIssued, refuseLossOfIssued } from '../schemas/issued-rows.ts';
import { type BackupOptions, backupTenant } from './backup-tenant.ts';
import { beginEra } from './begin-era.ts';
import { buildCopy, type CopyOptions, migrationsOf, updateCopy } from './build-copy.ts';
import { activateCopy, discardCopy, reserveCopy } from './copy-place.ts';
import type { Archive } from './open-archive.ts';

export interface RestoreOverOptions extends CopyOptions {
  /** Where the present state is archived first; null: not at all. */
  safety: Pick<BackupOptions, 'storage' | 'key'> | null;
  actor?: AuditActor | undefined;
  /** Allows the archive of another organization. */
  fromAnother?: boolean | undefined;
  /** Allows the loss of issued documents, such as invoices, that the archive does not contain. */
  destroyIssued?: boolean | undefined;
  /** How long the replaced copy is kept; milliseconds. */
  retainMs?: number;
  /**
   * Steps for the members: `prepare` gives each a profile in the copy before it is served, `activate` records the
   * profiles in the transaction that switches to the copy.
   */
  prepare?: ((copy: Tenant) => Promise<void>) | undefined;
  activate?: ((tx: CatalogTx, copy: Tenant) => Promise<void>) | undefined;
}

export interface RestoredOver {
  /** The organization with its new place. */
  tenant: Tenant;
  /** The archive of the replaced state; undefined if there was none, or `safety` was null. */
  safetyArchive: string | undefined;
  /** Until when the replaced copy is kept. */
  retainedUntil: Date;
}

const day = 24 * 60 * 60_000;
const defaultRetainMs = 7 * day;

/**
 * Replaces an organization's data with that of an archive. Builds a copy beside the served schema, then switches to it
 * in one transaction of the catalog, so the organization has either all old or all new data. Members, settings and
 * names stay as they are. The replaced data is in the safety archive, and for a week in the replaced schema. An
 * organization whose database was lost and retired is restored into the primary database. Throws INVALID_STATE for the
 * archive of another organization unless `fromAnother` is set, for an archive without documents that have been issued
 * since, such as invoices, unless `destroyIssued` is set, and while the organization is being moved, deleted or
 * restored; and what `buildCopy` throws. After an error nothing has changed.
 */
export function restoreOver(
  fleet: Fleet,
  admins: FleetAdmins,
  { archive, tenant }: { archive: Archive; tenant: Tenant },
  options: RestoreOverOptions,
): Promise<RestoredOver> {
  migrationsOf(fleet, archive.manifest);
  if (!options.fromAnother) refuseAnother(archive, tenant);
  return holdingLife(fleet, tenant.id, async () => {
    // Read under the life lock, so that nobody else can change it
    const before = await currentPlace(fleet, tenant.id);
    await cancelUnfinished(fleet, tenant.id, { actor: options.actor ?? { kind: 'SYSTEM' } });
    await fleet.catalog.read((db) => refuseUntilSwitched(db, tenant.id));
    const isLost = await fleet.databases.isRetired(before.databaseId);
    const there = isLost ? undefined : await lookAt(fleet, admins, before);
    const old = there ?? { exists: false, era: await lostEra(fleet, tenant.id, archive) };
    const safetyArchive = old.exists ? await saveState(fleet, admins, before, options) : undefined;
    const databaseId = isLost ? primaryDatabaseId : before.databaseId;
    const replacement = { archive, before, databaseId, eraBefore: old.era, exists: old.exists };
    const copy = await buildReplacement(fleet, admins, replacement, options);
    const retainedUntil = later(new Date(), options.retainMs ?? defaultRetainMs);
    const restored = await fleet.catalog
      .write((tx) => switchToCopy(tx, { before, exists: old.exists, copy, archive, retainedUntil, options }))
      // If only the answer of the COMMIT was lost, the copy is served by now, and is not dropped
      .catch((error) => discarding(fleet, copy, error));
    // A server with a stale cache then gets errors, instead of writing rows that nobody will read
    if (old.exists) await closeAccess(fleet, before).catch(() => {});
    else await discardCopy(fleet, before);
    return { tenant: restored, safetyArchive, retainedUntil };
  });
}

function refuseAnother({ file, manifest: { organization } }: Archive, { id, slug }: Tenant): void {
  if (organization === null || organization.id === id) return;
  const whose = `${file} is an archive of ${organization.slug} (${organization.id}), not of ${slug}`;
  throw new AppError('INVALID_STATE', `${whose}: add --from-another to replace the data of ${slug} with it`);
}

interface Replacement {
  archive: Archive;
  before: Tenant;
  /** Where the copy is built. */
  databaseId: string;
  eraBefore: number;
  /** Whether the schema to replace exists. */
  exists: boolean;
}

async function buildReplacement(
  fleet: Fleet,
  admins: FleetAdmins,
  { archive, before, databaseId, eraBefore, exists }: Replacement,
  options: RestoreOverOptions,
): Promise<Tenant> {
  const place = await reserveCopy(fleet, databaseId, 'INCOMING');
  try {
    await buildCopy(fleet, admins, place, archive, options);
    await updateCopy(fleet, admins, place, [...before.modules]);
    if (exists && !options.destroyIssued) await keepIssued(admins, before, place);
    const why = { action: 'organization.restored', organizationId: before.id, eraBefore };
    await beginEra(admins, place, archive.manifest, why);
    const copy: Tenant = { ...before, ...place, quarantined: false };
    await options.prepare?.({ ...copy, status: 'PROVISIONING' });
    return copy;
  } catch (error) {
    return await discarding(fleet, place, error);
  }
}

/** The copy is in the database of the schema that it replaces. */
const keepIssued = (admins: FleetAdmins, before: Tenant, copy: SchemaPlace): Promise<void> =>
  admins.at(before, (admin, { roles }) =>
    admin.transaction(async (tx) => {
      await tx.run(`select set_config('role', $1, true)`, [roles.owner]);
      refuseLossOfIssued(await countIssued(tx, before.schemaName, { copy: copy.schemaName }));
    }),
  );

async function discarding(fleet: Fleet, place: SchemaPlace, error: unknown): Promise<never> {
  await discardCopy(fleet, place);
  throw error;
}

interface Change {
  before: Tenant;
  /** Whether the replaced schema exists, and is kept. */
  exists: boolean;
  copy: Tenant;
  archive: Archive;
  retainedUntil: Date;
  options: RestoreOverOptions;
}

async function switchToCopy(tx: CatalogTx, change: Change): Promise<Tenant> {
  const { before, exists, copy, archive, retainedUntil, options } = change;
  const { id, databaseId, schemaName, roleName } = copy;
  const { version } = await lockOrganization(tx, id);
  await refuseUntilSwitched(tx, id);
  await tx
    .update(tenantSchemas)
    .set(exists ? { state: 'RETAINED', dropAfter: retainedUntil } : { state: 'DROPPING' })
    .where(isSchema(before.databaseId, before.schemaName));
  await activateCopy(tx, copy, id);
  const wasBefore = and(
    eq(organizations.databaseId, before.databaseId),
    eq(organizations.schemaName, before.schemaName),
  );
  const changed = await tx
    .update(organizations)
    .set({ databaseId, schemaName, roleName, version: version + 1 })
    .where(and(eq(organizations.id, id), wasBefore))
    .returning({ id: organizations.id });
  // The life lock may have been lost with its connection
  if (changed.length === 0) throw new AppError('INVALID_STATE', 'The organization was moved or restored meanwhile');
  await options.activate?.(tx, copy);
  await recordAudit(tx, {
    actor: options.actor ?? { kind: 'SYSTEM' },
    action: 'organization.restored',
    organizationId: id,
    metadata: {
      file: archive.file,
      snapshotAt: archive.manifest.snapshotAt,
      from: before.schemaName,
      to: schemaName,
      retainedUntil: retainedUntil.toISOString(),
    },
  });
  await notifyOrganizationChanged(tx, id);
  return copy;
}

async function saveState(
  fleet: Fleet,
  admins: FleetAdmins,
  before: Tenant,
  { safety, actor, signal }: RestoreOverOptions,
): Promise<string | undefined> {
  if (!safety) return undefined;
  const { file } = await backupTenant(fleet, admins, before, { ...safety, actor, signal });
  return file;
}

/** Throws TENANT_NOT_FOUND while the organization is being created, INVALID_STATE while it is being deleted. */
async function currentPlace({ catalog }: Fleet, id: string): Promise<Tenant> {
  const [row] = await catalog.read((db) =>
    db.select(tenantColumns).from(organizations).innerJoin(tenantSchemas, servedSchema).where(eq(organizations.id, id)),
  );
  if (!row || row.status === 'PROVISIONING') throw tenantNotFound();
  if (row.status === 'DELETING') throw new AppError('INVALID_STATE', 'The organization is being deleted');
  return tenantOf(row);
}

/** The era of the schema to replace; undefined if the schema does not exist, because its database was lost. */
function lookAt(fleet: Fleet, admins: FleetAdmins, place: Tenant): Promise<{ exists: true; era: number } | undefined> {
  return admins.at(place, (admin, { roles }) =>
    admin.transaction(async (tx) => {
      await tx.run(`select set_config('role', $1, true)`, [roles.owner]);
      const tables = await tablesOf(tx, fleet.lines, place.schemaName);
      if (tables.length === 0) return undefined;
      return { exists: true, era: (await readEra(tx, place.schemaName, tables))?.era ?? 0 };
    }),
  );
}

const beginsEra = ['organization.restored', 'organization.moved', 'organization.move_rolled_back'];
/**
 * At least the last era of a log that was lost with its database. Each restore and move since the archive was made
 * began one era, and the audit log has an entry for each.
 */
async function lostEra({ catalog }: Fleet, id: string, { manifest }: Archive): Promise<number> {
  const begun = and(eq(auditLogs.organizationId, id), inArray(auditLogs.action, beginsEra));
  return (manifest.events?.era ?? 1) + (await catalog.read((db) => db.$count(auditLogs, begun)));
}
