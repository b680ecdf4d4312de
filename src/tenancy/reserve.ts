import { randomBytes } from 'node:crypto';
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { z } from 'zod';
import { type Applied, stateOf } from '../db/migration-ledger.ts';
import { AppError } from '../lib/errors.ts';
import { uuidv7 } from '../lib/ids.ts';
import type { Place } from './build-schema.ts';
import type { CatalogTx } from './catalog.ts';
import { placeOf, primaryDatabaseId } from './installation.ts';
import type { MigrationLines } from './modules.ts';
import type { newOrganization } from './organization-input.ts';
import { organizations, tenantSchemas } from './tables.ts';
import { isSchema, servedSchema, type Tenant, tenantColumns, tenantOf } from './tenant.ts';

export type Wanted = z.output<typeof newOrganization> & { slug: string };

export interface Reserved {
  tenant: Tenant;
  /** Whether its schema has every table already. */
  whole: boolean;
}

type Taken = Place & { state: string };

/**
 * Writes down an organization that is to be made, with its slug and its schema, before anything of it exists. The caller
 * holds the lock on the slug: a half-made one that is met here was left by somebody who died. Its slug is free again;
 * the same organization (by id) goes on where it stopped. Throws ALREADY_EXISTS when the slug is taken.
 */
export async function reserve(tx: CatalogTx, prefix: string, lines: MigrationLines, wanted: Wanted): Promise<Reserved> {
  const [known] = await tx
    .select({ ...tenantColumns, state: tenantSchemas.state })
    .from(organizations)
    .innerJoin(tenantSchemas, servedSchema)
    .where(eq(organizations.slug, wanted.slug));
  const isWhole = async (place: Taken) =>
    place.state !== 'BUILDING' && (await hasAll(tx, place.schemaName, lines, wanted.modules));
  if (known && known.id === wanted.id) {
    const { state, ...row } = known;
    return { tenant: tenantOf(row), whole: await isWhole({ ...row, state }) };
  }
  if (known && known.status !== 'PROVISIONING') throw slugTaken(wanted.slug);
  if (known) await giveUp(tx, known.id);
  const { state, ...place } = (await takeSchema(tx)) ?? { ...(await newSchema(tx, prefix)), state: 'BUILDING' };
  const { id = uuidv7(), name, slug, timeZone, locale, currency, modules } = wanted;
  const row = { id, name, slug, timeZone, locale, currency, modules, ...place, databaseId: primaryDatabaseId };
  const inserted = await tx
    .insert(organizations)
    .values(row)
    .onConflictDoNothing({ target: organizations.slug })
    .returning({ id: organizations.id });
  if (inserted.length === 0) throw slugTaken(wanted.slug);
  await tx.update(tenantSchemas).set({ organizationId: id }).where(isSchema(primaryDatabaseId, place.schemaName));
  const tenant = tenantOf({ ...row, status: 'PROVISIONING', quarantinedAt: null });
  return { tenant, whole: await isWhole({ ...place, state }) };
}

export const slugTaken = (slug: string): AppError =>
  new AppError('ALREADY_EXISTS', `The slug ${slug} is taken`, { field: 'input.slug' });

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

/** A schema that nobody has: a spare, or one whose building was given up. */
async function takeSchema(tx: CatalogTx): Promise<Taken | undefined> {
  const [place] = await tx
    .select({
      schemaName: tenantSchemas.schemaName,
      roleName: tenantSchemas.roleName,
      state: tenantSchemas.state,
    })
    .from(tenantSchemas)
    .where(
      and(
        eq(tenantSchemas.databaseId, primaryDatabaseId),
        isNull(tenantSchemas.organizationId),
        isNull(tenantSchemas.quarantinedAt),
        sql`${tenantSchemas.state} in ('SPARE', 'BUILDING')`,
      ),
    )
    .orderBy(sql`${tenantSchemas.state} = 'SPARE' desc`)
    .limit(1)
    .for('update', { skipLocked: true });
  return place;
}

/** A spare may be of another build: of one that runs beside this one, or ran before it. */
async function hasAll(tx: CatalogTx, schemaName: string, lines: MigrationLines, modules: readonly string[]) {
  const applied = await tx.execute<Applied & Record<string, unknown>>(
    sql`select module as line, name, hash from chantier.tenant_migrations where schema_name = ${schemaName}`,
  );
  return stateOf(lines.ofTenant(modules), [...applied], lines.everything()).state === 'CURRENT';
}

/** Written before the schema exists, so that one whose making is interrupted is never lost. */
export async function newSchema(tx: CatalogTx, prefix: string): Promise<Place> {
  const place = placeOf(prefix, randomBytes(6).toString('hex'));
  await tx.insert(tenantSchemas).values({ ...place, databaseId: primaryDatabaseId });
  return place;
}
