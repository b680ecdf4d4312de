import { randomBytes } from 'node:crypto';
import { eq } from 'drizzle-orm';
import type { Migration } from '../../db/migration-files.ts';
import { requireKnown } from '../../db/migration-ledger.ts';
import { AppError } from '../../lib/errors.ts';
import type { CatalogTx } from '../../tenancy/catalog.ts';
import { tenantSchemaOf } from '../../tenancy/installation.ts';
import { databases, tenantSchemas } from '../../tenancy/tables.ts';
import type { SchemaPlace } from '../schemas/drop-schema.ts';
import { readLedger } from '../schemas/migrate-database.ts';
import type { MigrationLines } from '../schemas/migration-lines.ts';
import type { MoveEndpoint } from './move-endpoint.ts';

/**
 * Records the place that a tenant will be copied to, before the schema is created there: the schema of an interrupted
 * copy is then known, and can be dropped. Throws NOT_FOUND, INVALID_STATE for a retired database, IN_USE for a database
 * that is full or dedicated to another organization.
 */
export async function reservePlace(
  tx: CatalogTx,
  { prefix, databaseId, organizationId }: { prefix: string; databaseId: string; organizationId: string },
): Promise<SchemaPlace> {
  const [database] = await tx.select().from(databases).where(eq(databases.id, databaseId)).for('update');
  if (!database) throw new AppError('NOT_FOUND', 'There is no such database');
  if (database.state === 'RETIRED') throw new AppError('INVALID_STATE', `The database ${database.name} is retired`);
  const schemas = await tx.select().from(tenantSchemas).where(eq(tenantSchemas.databaseId, databaseId));
  const others = schemas.filter((schema) => schema.organizationId !== organizationId && schema.state !== 'DROPPING');
  if (database.kind === 'DEDICATED' && others.length > 0) {
    throw new AppError('IN_USE', `The database ${database.name} is dedicated to another organization`);
  }
  if (others.length >= database.capacity) throw new AppError('IN_USE', `The database ${database.name} is full`);
  const place = { databaseId, ...tenantSchemaOf(prefix, randomBytes(6).toString('hex')) };
  await tx.insert(tenantSchemas).values({ ...place, organizationId, state: 'INCOMING' });
  return place;
}

/** The migrations applied to a place, in order. Throws SCHEMA_MISMATCH for one that this build does not have. */
export async function migrationsOf(
  { admin, installation, place }: MoveEndpoint,
  lines: MigrationLines,
): Promise<Migration[]> {
  const applied = (await readLedger(admin, installation, [place.schemaName])).get(place.schemaName) ?? [];
  const known = lines.inOrder();
  requireKnown(place.schemaName, applied, known);
  const names = new Set(applied.map(({ line, name }) => `${line}/${name}`));
  return known.filter(({ line, name }) => names.has(`${line}/${name}`));
}
