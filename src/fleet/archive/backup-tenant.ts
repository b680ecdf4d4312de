import type { Storage } from '../../storage/storage.ts';
import { type AuditActor, recordAudit } from '../../tenancy/audit.ts';
import { stopIfAborted } from '../copy/interrupted.ts';
import type { Fleet, FleetAdmins } from '../fleet.ts';
import { type LockingKey, suffixOf } from './archive-key.ts';
import { archiveName, stampOf, tenantSubject } from './archive-names.ts';
import { readOrganization } from './archived-organization.ts';
import type { Base } from './base-archive.ts';
import { type Written, writeArchive } from './write-archive.ts';

export interface BackupOptions {
  /** Where archives are kept. */
  storage: Storage;
  key?: LockingKey | undefined;
  actor?: AuditActor | undefined;
  /** The time in the archive's name; by default the current time. */
  stamp?: string | undefined;
  /** Makes the archive incremental. */
  base?: Base | undefined;
  signal?: AbortSignal | undefined;
  /** Called with the number of bytes archived so far, before compression. */
  onProgress?: ((bytes: number) => void) | undefined;
}

type OrganizationPlace = { id: string; databaseId: string; schemaName: string };

/**
 * Writes one snapshot of an organization to a new archive, while the organization is in use, and records that in the
 * audit log. The archive appears only when it is complete.
 */
export async function backupTenant(
  fleet: Fleet,
  admins: FleetAdmins,
  tenant: OrganizationPlace,
  options: BackupOptions,
): Promise<Written> {
  const { storage, key, stamp = stampOf(new Date()), base, actor = { kind: 'SYSTEM' } } = options;
  const organization = await fleet.catalog.read((db) => readOrganization(db, tenant.id));
  const name = archiveName({ subject: tenantSubject(organization), stamp, base: base?.stamp }, suffixOf(key));
  const written = await admins.at(tenant, (admin, { roles }) => {
    const { schemaName } = tenant;
    const migrations = fleet.lines.inOrder();
    const source = { kind: 'TENANT' as const, organization, schemaName, ownerRole: roles.owner, migrations };
    return writeArchive(admin, source, { storage, name }, { key, base, onPart: watching(options) });
  });
  const { file, size: bytes, checksum, manifest } = written;
  await fleet.catalog.write((tx) =>
    recordAudit(tx, {
      actor,
      action: 'organization.backed_up',
      organizationId: tenant.id,
      metadata: { file, bytes, checksum, encrypted: key !== undefined, snapshotAt: manifest.snapshotAt },
    }),
  );
  return written;
}

/** Returns a callback for each part that counts bytes, and throws CANCELLED once the signal is aborted. */
export function watching({ signal, onProgress }: Pick<BackupOptions, 'signal' | 'onProgress'>) {
  let bytes = 0;
  return (part: { bytes: number }) => {
    stopIfAborted(signal);
    bytes += part.bytes;
    onProgress?.(bytes);
  };
}
