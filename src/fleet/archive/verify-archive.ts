import { uuidv7 } from '../../lib/ids.ts';
import { type AuditActor, recordAudit } from '../../tenancy/audit.ts';
import { primaryDatabaseId } from '../../tenancy/installation.ts';
import { organizations } from '../../tenancy/tables.ts';
import type { ArchivedOrganization } from '../copy/manifest.ts';
import type { Fleet, FleetAdmins } from '../fleet.ts';
import { writeSettings } from './archived-organization.ts';
import { beginEra } from './begin-era.ts';
import { buildCopy, type CopyOptions, sizeOf, updateCopy } from './build-copy.ts';
import { discardCopy, reserveCopy } from './copy-place.ts';
import { type Archive, partsOf } from './open-archive.ts';
import { requireRestorable } from './require-restorable.ts';
import { requireCatalogOfThisBuild } from './restore-catalog.ts';

export interface Verified {
  tables: number;
  rows: number;
  /** Before compression. */
  bytes: number;
}

/**
 * Proves that an archive can be restored: takes every step of `restoreNew` in a scratch schema, compares every row, and
 * undoes it. An installation has only one catalog, so of an archive of the catalog only the migrations and checksums
 * are checked. Throws what restoring would throw.
 */
export async function verifyArchive(
  fleet: Fleet,
  admins: FleetAdmins,
  archive: Archive,
  options: CopyOptions & { actor?: AuditActor | undefined } = {},
): Promise<Verified> {
  const { manifest } = archive;
  if (manifest.kind === 'CATALOG') await checkCatalog(fleet, archive);
  else await checkOrganization(fleet, admins, archive, options);
  await fleet.catalog.write((tx) =>
    recordAudit(tx, {
      actor: options.actor ?? { kind: 'SYSTEM' },
      action: 'archive.verified',
      ...(manifest.organization && { organizationId: manifest.organization.id }),
      metadata: { file: archive.file, snapshotAt: manifest.snapshotAt },
    }),
  );
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  return { tables: manifest.tables.length, rows, bytes: sizeOf(manifest) };
}

async function checkOrganization(
  fleet: Fleet,
  admins: FleetAdmins,
  archive: Archive,
  options: CopyOptions,
): Promise<void> {
  const { manifest } = archive;
  const id = uuidv7();
  const { columns, organization } = requireRestorable(fleet, manifest, { slug: `scratch-${id.slice(-12)}` });
  const scratch = await reserveCopy(fleet, primaryDatabaseId, 'SCRATCH');
  try {
    await buildCopy(fleet, admins, scratch, archive, options);
    await updateCopy(fleet, admins, scratch, columns.modules);
    await beginEra(admins, scratch, manifest, { action: 'organization.restored', organizationId: id });
    await tryCatalogRows(fleet, { ...columns, ...scratch, id }, organization);
  } finally {
    await discardCopy(fleet, scratch);
  }
}

async function checkCatalog(fleet: Fleet, archive: Archive): Promise<void> {
  requireCatalogOfThisBuild(fleet, archive.manifest);
  for await (const _ of partsOf(archive));
}

class RolledBack extends Error {}

/** Writes the rows of the catalog that a restore would write, and rolls them back. */
async function tryCatalogRows(
  { catalog }: Fleet,
  row: Omit<typeof organizations.$inferInsert, 'status'> & { id: string },
  organization: ArchivedOrganization,
): Promise<void> {
  const trial = catalog.write(async (tx) => {
    await tx.insert(organizations).values({ ...row, status: 'PROVISIONING' });
    await writeSettings(tx, row.id, organization);
    throw new RolledBack();
  });
  await trial.catch((error: unknown) => {
    if (!(error instanceof RolledBack)) throw error;
  });
}
