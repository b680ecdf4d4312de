import { eq, sql } from 'drizzle-orm';
import type { z } from 'zod';
import { uuidv7 } from '../../lib/ids.ts';
import type { CatalogTx } from '../../tenancy/catalog.ts';
import { primaryDatabaseId } from '../../tenancy/installation.ts';
import type { newOrganization } from '../../tenancy/organization-input.ts';
import { slugTaken } from '../../tenancy/slug.ts';
import { organizations, tenantSchemas } from '../../tenancy/tables.ts';
import { isSchema, servedSchema, type Tenant, tenantColumns, tenantOf } from '../../tenancy/tenant.ts';
import type { TenantSchema } from './build-schema.ts';
import type { MigrationLines } from './migration-lines.ts';
import { isWhole, newSchema, takeSchema } from './take-schema.ts';

export type Wanted = z.output<typeof newOrganization> & { slug: string };

export interface Reserved {
  tenant: Tenant;
  /** Whether its schema has every table already. */
  whole: boolean;
}

/**
 * Writes down an organization that is to be made, with its slug and its schema, before anything of it exists. The
 * caller holds the lock on the slug: a half-made one that is met here was left by somebody who died. Its slug is free
 * again; the same organization (by id) goes on where it stopped. Throws ALREADY_EXISTS when the slug is taken.
 */
export async function reserve(tx: CatalogTx, prefix: string, lines: MigrationLines, wanted: Wanted): Promise<Reserved> {
  const known = await findKnown(tx, wanted.slug);
  if (known && known.id === wanted.id) {
    const { state, ...row } = known;
    return { tenant: tenantOf(row), whole: await isWhole(tx, known, lines, wanted.modules) };
  }
  if (known && known.status !== 'PROVISIONING') throw slugTaken(wanted.slug);
  if (known) await giveUp(tx, known.id);
  const place = (await takeSchema(tx, ['SPARE', 'BUILDING'])) ?? (await newSchema(tx, prefix));
  return { tenant: await occupy(tx, place, wanted), whole: await isWhole(tx, place, lines, wanted.modules) };
}

/**
 * The same where a spare makes it a matter of one transaction, which the caller completes: no lock is needed then.
 * Undefined when it takes more. Throws ALREADY_EXISTS when the slug is taken.
 */
export async function reserveSpare(tx: CatalogTx, lines: MigrationLines, wanted: Wanted): Promise<Tenant | undefined> {
  if (await findKnown(tx, wanted.slug)) return undefined;
  const place = await takeSchema(tx, ['SPARE']);
  if (!place || !(await isWhole(tx, place, lines, wanted.modules))) return undefined;
  return await occupy(tx, place, wanted);
}

async function findKnown(tx: CatalogTx, slug: string) {
  const [known] = await tx
    .select({ ...tenantColumns, state: tenantSchemas.state })
    .from(organizations)
    .innerJoin(tenantSchemas, servedSchema)
    .where(eq(organizations.slug, slug));
  return known;
}

async function occupy(tx: CatalogTx, { schemaName, roleName }: TenantSchema, wanted: Wanted): Promise<Tenant> {
  const place = { schemaName, roleName, databaseId: primaryDatabaseId };
  const { id = uuidv7(), name, slug, timeZone, locale, currency, modules } = wanted;
  const row = { id, name, slug, timeZone, locale, currency, modules, ...place };
  const inserted = await tx
    .insert(organizations)
    .values(row)
    .onConflictDoNothing({ target: organizations.slug })
    .returning({ id: organizations.id });
  if (inserted.length === 0) throw slugTaken(wanted.slug);
  await tx.update(tenantSchemas).set({ organizationId: id }).where(isSchema(primaryDatabaseId, schemaName));
  return tenantOf({ ...row, status: 'PROVISIONING', quarantinedAt: null, writesPausedUntil: null });
}

/** Only a schema that was being built may serve somebody else: a complete one may already hold rows of its owner. */
async function giveUp(tx: CatalogTx, organizationId: string): Promise<void> {
  await tx
    .update(tenantSchemas)
    .set({
      organizationId: null,
      state: sql`case ${tenantSchemas.state} when 'BUILDING' then 'BUILDING' else 'DROPPING' end`,
    })
    .where(eq(tenantSchemas.organizationId, organizationId));
  await tx.delete(organizations).where(eq(organizations.id, organizationId));
}
