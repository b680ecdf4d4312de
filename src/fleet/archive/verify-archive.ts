import { type AuditActor, recordAudit } from '../../tenancy/audit.ts';
import { primaryDatabaseId } from '../../tenancy/installation.ts';
import type { Fleet, FleetAdmins } from '../fleet.ts';
import { buildCopy, type CopyOptions, migrationsOf, sizeOf } from './build-copy.ts';
import { discardCopy, reserveCopy } from './copy-place.ts';
import { type Archive, partsOf } from './open-archive.ts';

export interface Verified {
  tables: number;
  rows: number;
  /** Of COPY's text. */
  bytes: number;
}

/**
 * Proves that an archive can be restored: builds a copy of its tenant in a scratch schema, reads that back and compares
 * every row, then drops it. Of the catalog's archive, which there can be only one of, the checksums are compared. Throws what
 * `openArchive` and `buildCopy` throw.
 */
export async function verifyArchive(
  fleet: Fleet,
  admins: FleetAdmins,
  archive: Archive,
  options: CopyOptions & { actor?: AuditActor | undefined } = {},
): Promise<Verified> {
  const { manifest } = archive;
  if (manifest.kind === 'CATALOG') for await (const _ of partsOf(archive));
  else await tryOut(fleet, admins, archive, options);
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

async function tryOut(fleet: Fleet, admins: FleetAdmins, archive: Archive, options: CopyOptions): Promise<void> {
  migrationsOf(fleet, archive.manifest);
  const scratch = await reserveCopy(fleet, primaryDatabaseId, 'SCRATCH');
  try {
    await buildCopy(fleet, admins, scratch, archive, options);
  } finally {
    await discardCopy(fleet, scratch);
  }
}
