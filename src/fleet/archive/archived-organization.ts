import { asc, eq } from 'drizzle-orm';
import { isRefusedRow } from '../../db/pg-errors.ts';
import { permissions } from '../../identity/tables.ts';
import { uuidv7 } from '../../lib/ids.ts';
import { checkInput } from '../../lib/input.ts';
import type { CatalogDb, CatalogTx } from '../../tenancy/catalog.ts';
import { newOrganization, organizationChanges } from '../../tenancy/organization-input.ts';
import { organizationSettings, organizations } from '../../tenancy/tables.ts';
import { tenantNotFound } from '../../tenancy/tenant.ts';
import { type ArchivedOrganization, badArchive } from '../copy/manifest.ts';

/**
 * The catalog's data that belongs to an organization: its names, its settings and its changes of the permission matrix.
 * Leaves out members and keys, which belong to people. Throws TENANT_NOT_FOUND.
 */
export async function readOrganization(db: CatalogDb, id: string): Promise<ArchivedOrganization> {
  const [found] = await db.select().from(organizations).where(eq(organizations.id, id));
  if (!found) throw tenantNotFound();
  const { slug, name, description, logoUrl, website, image, timeZone, locale, currency, modules } = found;
  const settings = await db
    .select({ key: organizationSettings.key, value: organizationSettings.value })
    .from(organizationSettings)
    .where(eq(organizationSettings.organizationId, id))
    .orderBy(asc(organizationSettings.key));
  const changed = await db
    .select({ role: permissions.role, permission: permissions.permission, granted: permissions.granted })
    .from(permissions)
    .where(eq(permissions.organizationId, id))
    .orderBy(asc(permissions.role), asc(permissions.permission));
  return {
    ...{ id, slug, name, description, logoUrl, website, image, timeZone, locale, currency, modules },
    settings: Object.fromEntries(settings.map(({ key, value }) => [key, value])) as ArchivedOrganization['settings'],
    permissions: changed,
  };
}

/** The columns of a new organization that is made from an archived one. Throws BAD_INPUT for invalid values. */
export function columnsOf(archived: ArchivedOrganization, { slug, name }: { slug: string; name?: string | undefined }) {
  const { description, logoUrl, website, image, timeZone, locale, currency, modules } = archived;
  try {
    return {
      ...checkInput(newOrganization, { name: name ?? archived.name, slug, timeZone, locale, currency, modules }),
      ...checkInput(organizationChanges, { description, logoUrl, website, image }),
      slug,
    };
  } catch (cause) {
    throw cause instanceof Error ? badArchive(`has an invalid organization: ${cause.message}`) : cause;
  }
}

/** Gives a new organization the settings and permissions of an archived one. Throws BAD_INPUT for invalid ones. */
export async function writeSettings(
  tx: CatalogTx,
  organizationId: string,
  { settings, permissions: changed }: ArchivedOrganization,
): Promise<void> {
  const rows = Object.entries(settings).map(([key, value]) => ({ organizationId, key, value }));
  try {
    if (rows.length > 0) await tx.insert(organizationSettings).values(rows);
    const known = changed.map((each) => ({ ...each, id: uuidv7(), organizationId, createdAt: new Date() }));
    if (known.length > 0) await tx.insert(permissions).values(known as (typeof permissions.$inferInsert)[]);
  } catch (cause) {
    throw isRefusedRow(cause) ? badArchive('has invalid settings or permissions') : cause;
  }
}
