import { eq } from 'drizzle-orm';
import { isUniqueViolation } from '../../db/pg-errors.ts';
import { uuidv7 } from '../../lib/ids.ts';
import { type AuditActor, recordAudit } from '../../tenancy/audit.ts';
import type { CatalogTx } from '../../tenancy/catalog.ts';
import { primaryDatabaseId } from '../../tenancy/installation.ts';
import { notifyOrganizationChanged } from '../../tenancy/invalidation.ts';
import { slugTaken } from '../../tenancy/slug.ts';
import { organizations } from '../../tenancy/tables.ts';
import { type Tenant, tenantOf } from '../../tenancy/tenant.ts';
import type { Fleet, FleetAdmins } from '../fleet.ts';
import { writeSettings } from './archived-organization.ts';
import { beginEra } from './begin-era.ts';
import { buildCopy, type CopyOptions, updateCopy } from './build-copy.ts';
import { activateCopy, discardCopy, reserveCopy } from './copy-place.ts';
import type { Archive } from './open-archive.ts';
import { requireRestorable } from './require-restorable.ts';

export interface RestoreNewOptions extends CopyOptions {
  slug: string;
  /** By default the archived name. */
  name?: string | undefined;
  actor?: AuditActor | undefined;
  /** Why the copy is made, for its log and the audit log: `organization.restored`, `.cloned` or `.rewound`. */
  action?: 'organization.restored' | 'organization.cloned' | 'organization.rewound';
  /** The same steps as in `ProvisionOptions`: before the copy is served, and in the transaction that activates it. */
  prepare?: ((tenant: Tenant) => Promise<void>) | undefined;
  activate?: ((tx: CatalogTx, tenant: Tenant) => Promise<void>) | undefined;
}

/**
 * Creates a new organization from an archive. Nobody sees the organization before the one transaction that activates
 * it. It has only the members that `activate` adds. Throws ALREADY_EXISTS for a slug that is taken, and what
 * `buildCopy` throws.
 */
export async function restoreNew(
  fleet: Fleet,
  admins: FleetAdmins,
  archive: Archive,
  options: RestoreNewOptions,
): Promise<Tenant> {
  const { manifest } = archive;
  const { organization, columns } = requireRestorable(fleet, manifest, options);
  await requireFree(fleet, options.slug);
  const place = await reserveCopy(fleet, primaryDatabaseId, 'INCOMING');
  try {
    await buildCopy(fleet, admins, place, archive, options);
    await updateCopy(fleet, admins, place, columns.modules);
    const row = { ...columns, ...place, id: uuidv7() };
    const tenant = tenantOf({ ...row, status: 'PROVISIONING', quarantinedAt: null });
    const { action = 'organization.restored' } = options;
    await beginEra(admins, place, manifest, { action, organizationId: row.id });
    await options.prepare?.(tenant);
    return await fleet.catalog.write(async (tx) => {
      await tx.insert(organizations).values({ ...row, status: 'ACTIVE' });
      await activateCopy(tx, place, row.id);
      await writeSettings(tx, row.id, organization);
      const active: Tenant = { ...tenant, status: 'ACTIVE' };
      await options.activate?.(tx, active);
      await recordAudit(tx, {
        actor: options.actor ?? { kind: 'SYSTEM' },
        action,
        organizationId: row.id,
        metadata: { slug: options.slug, from: organization.id, snapshotAt: manifest.snapshotAt },
      });
      await notifyOrganizationChanged(tx, row.id);
      return active;
    });
  } catch (error) {
    await discardCopy(fleet, place);
    throw isUniqueViolation(error, 'organizations_slug_key') ? slugTaken(options.slug) : error;
  }
}

/** Checks the slug before the long work. Another organization may still take it meanwhile. */
async function requireFree({ catalog }: Fleet, slug: string): Promise<void> {
  const taken = await catalog.read((db) =>
    db.select({ id: organizations.id }).from(organizations).where(eq(organizations.slug, slug)),
  );
  if (taken.length > 0) throw slugTaken(slug);
}
