import { eq } from 'drizzle-orm';
import { advisoryLocks, tryLock } from '../../db/advisory-lock.ts';
import { AppError } from '../../lib/errors.ts';
import { checkInput } from '../../lib/input.ts';
import { recordAudit } from '../../tenancy/audit.ts';
import type { CatalogTx } from '../../tenancy/catalog.ts';
import { notifyOrganizationChanged } from '../../tenancy/invalidation.ts';
import { type NewOrganization, newOrganization } from '../../tenancy/organization-input.ts';
import { slugOf, slugTaken, slugVariant } from '../../tenancy/slug.ts';
import { organizations, tenantSchemas } from '../../tenancy/tables.ts';
import { isSchema, type Tenant } from '../../tenancy/tenant.ts';
import type { ProvisionOptions } from '../../tenancy/tenant-lifecycle.ts';
import type { Admins } from '../admins.ts';
import { adminsOf, type Fleet } from '../fleet.ts';
import { completeSchema } from './complete-schema.ts';
import { reserve, reserveSpare, type Wanted } from './reserve.ts';

const maxSlugVariants = 100;

/**
 * Creates an organization with its own schema: reserves the slug, builds a schema or takes a spare, prepares it, then
 * activates everything in one transaction. Until then nobody can see the organization. Call it again with the same `id`
 * or `slug` to complete an interrupted call. Throws ALREADY_EXISTS if the slug is taken or being created; a slug
 * derived from the name gets a number instead.
 */
export async function provisionTenant(
  fleet: Fleet,
  input: NewOrganization,
  options: ProvisionOptions = {},
): Promise<Tenant> {
  const wanted = checkInput(newOrganization, input);
  await using admins = adminsOf(fleet);
  const made = wanted.id === undefined ? undefined : await findOrganization(fleet, wanted.id);
  const slug = made?.slug ?? wanted.slug;
  if (slug !== undefined) return await provisionAs(fleet, admins, { ...wanted, slug }, options);
  for (let n = 1; n <= maxSlugVariants; n++) {
    try {
      return await provisionAs(fleet, admins, { ...wanted, slug: slugVariant(slugOf(wanted.name), n) }, options);
    } catch (error) {
      if (!isSlugTaken(error)) throw error;
    }
  }
  throw slugTaken(slugOf(wanted.name));
}

async function provisionAs(fleet: Fleet, admins: Admins, wanted: Wanted, options: ProvisionOptions): Promise<Tenant> {
  const quick = options.prepare ? undefined : await provisionFromSpare(fleet, wanted, options);
  if (quick) return quick;
  return await holdingSlug(admins, wanted.slug, async () => {
    const { installation, catalog, lines } = fleet;
    const { tenant, isComplete } = await catalog.write((tx) => reserve(tx, installation.prefix, lines, wanted));
    if (tenant.status !== 'PROVISIONING') return tenant;
    if (!isComplete) await completeSchema(fleet, admins, tenant, lines.ofTenant(wanted.modules));
    await options.prepare?.(tenant);
    return await catalog.write((tx) => activate(tx, tenant, options));
  });
}

/** One transaction, if there is a spare and nothing to prepare. */
function provisionFromSpare({ catalog, lines }: Fleet, wanted: Wanted, options: ProvisionOptions) {
  return catalog.write(async (tx) => {
    const tenant = await reserveSpare(tx, lines, wanted);
    return tenant && (await activate(tx, tenant, options));
  });
}

/**
 * Runs work under a lock on the slug, so that nobody else creates the same one. The lock belongs to a transaction, so
 * it ends if the process dies.
 */
function holdingSlug<T>(admins: Admins, slug: string, work: () => Promise<T>): Promise<T> {
  return admins.use((admin) =>
    admin.transaction(async (tx) => {
      if (!(await tryLock(tx, advisoryLocks.provisioning(slug)))) throw slugTaken(slug);
      return await work();
    }),
  );
}

async function activate(tx: CatalogTx, tenant: Tenant, options: ProvisionOptions): Promise<Tenant> {
  const active: Tenant = { ...tenant, status: 'ACTIVE' };
  await options.activate?.(tx, active);
  await tx.update(organizations).set({ status: 'ACTIVE' }).where(eq(organizations.id, tenant.id));
  await tx.update(tenantSchemas).set({ state: 'ACTIVE' }).where(isSchema(tenant.databaseId, tenant.schemaName));
  await recordAudit(tx, {
    actor: options.actor ?? { kind: 'SYSTEM' },
    action: 'organization.created',
    organizationId: tenant.id,
    metadata: { slug: tenant.slug },
  });
  await notifyOrganizationChanged(tx, tenant.id);
  return active;
}

async function findOrganization({ catalog }: Fleet, id: string): Promise<{ slug: string } | undefined> {
  return await catalog.read((db) => db.query.organizations.findFirst({ columns: { slug: true }, where: { id } }));
}

const isSlugTaken = (error: unknown): boolean =>
  error instanceof AppError && error.code === 'ALREADY_EXISTS' && error.details.field === 'input.slug';
