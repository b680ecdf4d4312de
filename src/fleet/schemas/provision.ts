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

const mostVariants = 100;

/**
 * Makes an organization with a schema of its own: reserved, built (or a spare taken), prepared, then ACTIVE in one
 * step. Until that step it does not exist for anybody. Interrupted anywhere, the same call makes it whole: with the
 * same `id` or `slug` it takes up what it left. Throws ALREADY_EXISTS for a slug that is taken or being made; one made
 * from the name gets a number.
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
  for (let n = 1; n <= mostVariants; n++) {
    try {
      return await provisionAs(fleet, admins, { ...wanted, slug: slugVariant(slugOf(wanted.name), n) }, options);
    } catch (error) {
      if (!isSlugTaken(error)) throw error;
    }
  }
  throw slugTaken(slugOf(wanted.name));
}

async function provisionAs(fleet: Fleet, admins: Admins, wanted: Wanted, options: ProvisionOptions): Promise<Tenant> {
  const quick = options.prepare ? undefined : await provisionAtOnce(fleet, wanted, options);
  if (quick) return quick;
  return await holdingSlug(admins, wanted.slug, async () => {
    const { installation, catalog, lines } = fleet;
    const { tenant, whole } = await catalog.write((tx) => reserve(tx, installation.prefix, lines, wanted));
    if (tenant.status !== 'PROVISIONING') return tenant;
    if (!whole) await completeSchema(fleet, admins, tenant, lines.ofTenant(wanted.modules));
    await options.prepare?.(tenant);
    return await catalog.write((tx) => activate(tx, tenant, options));
  });
}

/** With a spare, and with nothing to be put into it first, it is one transaction. */
function provisionAtOnce({ catalog, lines }: Fleet, wanted: Wanted, options: ProvisionOptions) {
  return catalog.write(async (tx) => {
    const tenant = await reserveSpare(tx, lines, wanted);
    return tenant && (await activate(tx, tenant, options));
  });
}

/**
 * Holds the slug while the work is done: nobody else makes the same one meanwhile. The lock belongs to a transaction of
 * an open connection, so it ends with a process that dies.
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
