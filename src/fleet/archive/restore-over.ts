import { and, eq } from 'drizzle-orm';
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
import { type BackupOptions, backupTenant } from './backup-tenant.ts';
import { beginEra } from './begin-era.ts';
import { buildCopy, type CopyOptions, migrationsOf, updateCopy } from './build-copy.ts';
import { activateCopy, discardCopy, reserveCopy } from './copy-place.ts';
import type { Archive } from './open-archive.ts';

export interface RestoreOverOptions extends CopyOptions {
  /** Where the state as it is now is saved first; null to save nothing. */
  safety: Pick<BackupOptions, 'storage' | 'key'> | null;
  actor?: AuditActor | undefined;
  /** Lets the archive be that of another organization. */
  fromAnother?: boolean | undefined;
  /** How long the replaced copy is kept; milliseconds. */
  retainMs?: number;
  /**
   * Gives every member a profile in the copy, before anybody is served; and writes down which, with the change of
   * copies.
   */
  prepare?: ((copy: Tenant) => Promise<void>) | undefined;
  activate?: ((tx: CatalogTx, copy: Tenant) => Promise<void>) | undefined;
}

export interface RestoredOver {
  /** The organization with its new place. */
  tenant: Tenant;
  /** The archive of what was replaced; undefined when there was nothing, or it was not wanted. */
  safetyArchive: string | undefined;
  /** Until when the replaced copy is kept. */
  retainedUntil: Date;
}

const day = 24 * 60 * 60_000;
const defaultRetainMs = 7 * day;

/**
 * Replaces an organization's data by that of an archive. The copy is built beside what is served; one transaction of
 * the catalog then changes them, so the organization is wholly old or wholly new. Members, settings and names stay as
 * they are. What was written since the archive was made is in the safety archive, and for a week in the copy that was
 * replaced. An organization whose database was lost and retired comes back in the primary database. Throws
 * INVALID_STATE for the archive of another organization, unless `fromAnother`, and while the organization is moved,
 * deleted or restored otherwise, and what `buildCopy` throws; then nothing has changed.
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
    // As it is now that nobody else can change its place
    const before = await currentPlace(fleet, tenant.id);
    await cancelUnfinished(fleet, tenant.id, { actor: options.actor ?? { kind: 'SYSTEM' } });
    await fleet.catalog.read((db) => refuseUntilSwitched(db, tenant.id));
    const isLost = await fleet.databases.isRetired(before.databaseId);
    const there = isLost ? undefined : await lookAt(fleet, admins, before);
    const old = there ?? { exists: false, era: await lostEra(fleet, tenant.id) };
    const safetyArchive = old.exists ? await saveState(fleet, admins, before, options) : undefined;
    const databaseId = isLost ? primaryDatabaseId : before.databaseId;
    const replacement = { archive, before, databaseId, eraBefore: old.era };
    const copy = await buildReplacement(fleet, admins, replacement, options);
    const retainedUntil = later(new Date(), options.retainMs ?? defaultRetainMs);
    const restored = await fleet.catalog
      .write((tx) => changePlaces(tx, { before, exists: old.exists, copy, archive, retainedUntil, options }))
      // One that is served by now, because only the answer was lost, is not dropped
      .catch((error) => discarding(fleet, copy, error));
    // A server that has not heard of the change is refused, rather than let write where nobody will read
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
}

async function buildReplacement(
  fleet: Fleet,
  admins: FleetAdmins,
  { archive, before, databaseId, eraBefore }: Replacement,
  options: RestoreOverOptions,
): Promise<Tenant> {
  const place = await reserveCopy(fleet, databaseId, 'INCOMING');
  try {
    await buildCopy(fleet, admins, place, archive, options);
    await updateCopy(fleet, admins, place, [...before.modules]);
    const why = { action: 'organization.restored', organizationId: before.id, eraBefore };
    await beginEra(admins, place, archive.manifest, why);
    const copy: Tenant = { ...before, ...place, quarantined: false };
    await options.prepare?.({ ...copy, status: 'PROVISIONING' });
    return copy;
  } catch (error) {
    return await discarding(fleet, place, error);
  }
}

async function discarding(fleet: Fleet, place: SchemaPlace, error: unknown): Promise<never> {
  await discardCopy(fleet, place);
  throw error;
}

interface Change {
  before: Tenant;
  /** Whether there is anything to keep of what is replaced. */
  exists: boolean;
  copy: Tenant;
  archive: Archive;
  retainedUntil: Date;
  options: RestoreOverOptions;
}

async function changePlaces(tx: CatalogTx, change: Change): Promise<Tenant> {
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
  // The lock of its life may have been lost with its connection
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

/** Throws TENANT_NOT_FOUND while it is not whole, INVALID_STATE while it is on its way out. */
async function currentPlace({ catalog }: Fleet, id: string): Promise<Tenant> {
  const [row] = await catalog.read((db) =>
    db.select(tenantColumns).from(organizations).innerJoin(tenantSchemas, servedSchema).where(eq(organizations.id, id)),
  );
  if (!row || row.status === 'PROVISIONING') throw tenantNotFound();
  if (row.status === 'DELETING') throw new AppError('INVALID_STATE', 'The organization is being deleted');
  return tenantOf(row);
}

/** What is there to be replaced; undefined where nothing is, because a database was lost. */
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

/** The last era of a log that nobody can read any more: each restore began one, and the audit log has them all. */
async function lostEra({ catalog }: Fleet, id: string): Promise<number> {
  const restores = and(eq(auditLogs.organizationId, id), eq(auditLogs.action, 'organization.restored'));
  return 1 + (await catalog.read((db) => db.$count(auditLogs, restores)));
}
