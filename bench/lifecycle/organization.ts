import { openArchive } from '../../src/fleet/archive/open-archive.ts';
import { restoreOver } from '../../src/fleet/archive/restore-over.ts';
import { allAdminsOf, type Fleet } from '../../src/fleet/fleet.ts';
import { objectOfFile } from '../../src/storage/folder-storage.ts';
import { TenantDirectory } from '../../src/tenancy/directory.ts';

/** What a tenant of a measurement is made of. */
export const organizationNamed = (slug: string) => ({
  ...{ name: slug, slug, timeZone: 'UTC', locale: 'en', currency: 'EUR' },
});

/** Restores an archive over a tenant, without saving what is there. */
export async function restoreFrom(fleet: Fleet, slug: string, file: string): Promise<void> {
  const archive = await openArchive(objectOfFile(file));
  const tenant = await new TenantDirectory({ catalog: fleet.catalog }).getBySlug(slug);
  await using admins = allAdminsOf(fleet);
  await restoreOver(fleet, admins, { archive, tenant }, { safety: null });
}
