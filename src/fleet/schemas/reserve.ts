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
import { isComplete, newSchema, takeSchema } from './take-schema.ts';

export type Wanted = z.output<typeof newOrganization> & { slug: string };

export interface Reserved {
  tenant: Tenant;
  /** Whether its schema already has all tables. */
  isComplete: boolean;
}

/**
 * Records a new organization with its slug and schema before either exists. The caller holds the lock on the slug, so
 * an unfinished organization with this slug was left by a crashed process: the same organization (by id) is resumed,
 * another one is abandoned and its slug reused. Throws ALREADY_EXISTS if the slug is taken.
 */
export async function reserve(tx: CatalogTx, prefix: string, lines: MigrationLines, wanted: Wanted): Promise<Reserved> {
  const known = await findKnown(tx, wanted.slug);
  if (known && known.id === wanted.id) {
    const { state, ...row } = known;
    return { tenant: tenantOf(row), isComplete: await isComplete(tx, known, lines, wanted.modules) };
  }
  if (known && known.status !== 'PROVISIONING') throw slugTaken(wanted.slug);
  if (known) await abandon(tx, known.id);
  const place = (await takeSchema(tx, ['SPARE', 'BUILDING'])) ?? (await newSchema(tx, prefix));
  return {
    tenant: await assignSchema(tx, place, wanted),
    isComplete: await isComplete(tx, place, lines, wanted.modules),
  };
}

/**
 * Like `reserve`, if a complete spare is available: then the caller finishes in the same transaction and needs no lock.
 * Returns undefined otherwise. Throws ALREADY_EXISTS if the slug is taken.
 */
export async function reserveSpare(tx: CatalogTx, lines: MigrationLines, wanted: Wanted): Promise<Tenant | undefined> {
  if (await findKnown(tx, wanted.slug)) return undefined;
  const place = await takeSchema(tx, ['SPARE']);
  if (!place || !(await isComplete(tx, place, lines, wanted.modules))) return undefined;
  return await assignSchema(tx, place, wanted);
}

async function findKnown(tx: CatalogTx, slug: string) {
  const [known] = await tx
    .select({ ...tenantColumns, state: tenantSchemas.state })
    .from(organizations)
    .innerJoin(tenantSchemas, servedSchema)
    .where(eq(organizations.slug, slug));
  return known;
}

async function assignSchema(tx: CatalogTx, { schemaName, roleName }: TenantSchema, wanted: Wanted): Promise<Tenant> {
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

/**
 * Deletes an unfinished organization. Its schema can be reused only if it was still being built: a complete one may
 * already contain rows.
 */
async function abandon(tx: CatalogTx, organizationId: string): Promise<void> {
  await tx
    .update(tenantSchemas)
    .set({
      organizationId: null,
      state: sql`case ${tenantSchemas.state} when 'BUILDING' then 'BUILDING' else 'DROPPING' end`,
    })
    .where(eq(tenantSchemas.organizationId, organizationId));
  await tx.delete(organizations).where(eq(organizations.id, organizationId));
}
