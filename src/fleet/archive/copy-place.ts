import { randomBytes } from 'node:crypto';
import { and, eq, inArray } from 'drizzle-orm';
import { later } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import type { Catalog, CatalogTx } from '../../tenancy/catalog.ts';
import { tenantSchemaOf } from '../../tenancy/installation.ts';
import { tenantSchemas } from '../../tenancy/tables.ts';
import { isSchema } from '../../tenancy/tenant.ts';
import type { Fleet } from '../fleet.ts';
import { dropSchema, type SchemaPlace } from '../schemas/drop-schema.ts';

/** INCOMING: a copy that will be served. SCRATCH: a trial copy. */
export type CopyState = 'INCOMING' | 'SCRATCH';

/** How long an abandoned copy is kept. Work on a copy renews the time. */
const leaseMs = 24 * 60 * 60_000;
const leaseFrom = (now = new Date()): Date => later(now, leaseMs);

/** Records the schema of a copy before it is created, so that an abandoned copy is dropped when its time is over. */
export async function reserveCopy(fleet: Fleet, databaseId: string, state: CopyState): Promise<SchemaPlace> {
  const { prefix } = await fleet.databases.installationOf(databaseId);
  const place = { databaseId, ...tenantSchemaOf(prefix, randomBytes(6).toString('hex')) };
  await fleet.catalog.write(async (tx) => {
    await tx.insert(tenantSchemas).values({ ...place, state, dropAfter: leaseFrom() });
  });
  return place;
}

/** Extends the time of a copy, because work on it continues. Throws CANCELLED if it was given up meanwhile. */
export async function renewCopy(catalog: Catalog, { databaseId, schemaName }: SchemaPlace): Promise<void> {
  const renewed = await catalog.write((tx) =>
    tx
      .update(tenantSchemas)
      .set({ dropAfter: leaseFrom() })
      .where(and(isSchema(databaseId, schemaName), inArray(tenantSchemas.state, ['INCOMING', 'SCRATCH'])))
      .returning({ schemaName: tenantSchemas.schemaName }),
  );
  if (renewed.length === 0) throw givenUp();
}

/** Makes a finished copy the schema of an organization, in the transaction that changes the organization's place. */
export async function activateCopy(tx: CatalogTx, place: SchemaPlace, organizationId: string): Promise<void> {
  const activated = await tx
    .update(tenantSchemas)
    .set({ state: 'ACTIVE', organizationId, dropAfter: null })
    .where(and(isSchema(place.databaseId, place.schemaName), eq(tenantSchemas.state, 'INCOMING')))
    .returning({ schemaName: tenantSchemas.schemaName });
  if (activated.length === 0) throw givenUp();
}

/** Drops a copy that is no longer needed. If that fails, the rest is dropped when its time is over. */
export async function discardCopy(fleet: Fleet, place: SchemaPlace): Promise<void> {
  await dropSchema(fleet, place).catch(() => {});
}

const givenUp = () => new AppError('CANCELLED', 'The copy was given up meanwhile: start again');
