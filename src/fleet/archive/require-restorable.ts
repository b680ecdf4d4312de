import type { Migration } from '../../db/migration-files.ts';
import { type ArchivedOrganization, badArchive, type Manifest } from '../copy/manifest.ts';
import type { Fleet } from '../fleet.ts';
import { columnsOf } from './archived-organization.ts';
import { migrationsOf } from './build-copy.ts';

export interface Restorable {
  organization: ArchivedOrganization;
  columns: ReturnType<typeof columnsOf>;
  migrations: Migration[];
}

/**
 * Checks the manifest of an organization's archive before the archive is restored or verified. Throws BAD_INPUT for an
 * archive that cannot be restored, SCHEMA_MISMATCH for one of a newer build.
 */
export function requireRestorable(
  fleet: Pick<Fleet, 'lines'>,
  manifest: Manifest,
  as: { slug: string; name?: string | undefined },
): Restorable {
  const { organization } = manifest;
  if (!organization) throw badArchive('does not contain an organization');
  return { organization, columns: columnsOf(organization, as), migrations: migrationsOf(fleet, manifest) };
}
