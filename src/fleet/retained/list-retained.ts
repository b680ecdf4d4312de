import { and, asc, eq } from 'drizzle-orm';
import { AppError } from '../../lib/errors.ts';
import type { Catalog } from '../../tenancy/catalog.ts';
import { databases, organizations, tenantSchemas } from '../../tenancy/tables.ts';

/** A former copy of an organization's data, left by a move or a restore. It is not served. */
export interface RetainedCopy {
  organizationId: string;
  slug: string;
  /** The name of the database where it is. */
  database: string;
  databaseId: string;
  schemaName: string;
  roleName: string;
  retainedSince: Date;
  /** When it will be dropped; null if only confirming the move or `tenant retained drop` drops it. */
  droppedAfter: Date | null;
}

/** All retained copies, or those of one organization, the oldest first. */
export const listRetained = (catalog: Catalog, slug?: string): Promise<RetainedCopy[]> =>
  catalog.read((db) =>
    db
      .select({
        organizationId: organizations.id,
        slug: organizations.slug,
        database: databases.name,
        databaseId: tenantSchemas.databaseId,
        schemaName: tenantSchemas.schemaName,
        roleName: tenantSchemas.roleName,
        retainedSince: tenantSchemas.updatedAt,
        droppedAfter: tenantSchemas.dropAfter,
      })
      .from(tenantSchemas)
      .innerJoin(organizations, eq(organizations.id, tenantSchemas.organizationId))
      .innerJoin(databases, eq(databases.id, tenantSchemas.databaseId))
      .where(and(eq(tenantSchemas.state, 'RETAINED'), slug === undefined ? undefined : eq(organizations.slug, slug)))
      .orderBy(asc(organizations.slug), asc(tenantSchemas.updatedAt)),
  );

/** One retained copy of an organization. Throws NOT_FOUND, and BAD_INPUT if there are several to choose from. */
export async function getRetained(catalog: Catalog, slug: string, schemaName?: string): Promise<RetainedCopy> {
  const copies = await listRetained(catalog, slug);
  const wanted = schemaName === undefined ? copies : copies.filter((copy) => copy.schemaName === schemaName);
  const [first, ...others] = wanted;
  if (!first) throw new AppError('NOT_FOUND', `${slug} has no retained copy${schemaName ? ` ${schemaName}` : ''}`);
  if (others.length === 0) return first;
  const names = wanted.map((copy) => copy.schemaName).join(', ');
  throw new AppError('BAD_INPUT', `${slug} has several retained copies: choose one with --schema (${names})`, {
    field: 'schema',
  });
}
