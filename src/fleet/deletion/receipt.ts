import { createHash } from 'node:crypto';
import { and, desc, eq, or, sql } from 'drizzle-orm';
import { AppError } from '../../lib/errors.ts';
import { isUuid } from '../../lib/ids.ts';
import type { Catalog, CatalogDb } from '../../tenancy/catalog.ts';
import { auditLogs } from '../../tenancy/tables.ts';
import type { SchemaSize } from '../schemas/schema-tables.ts';

export const dropStarted = 'organization.drop_started';
export const organizationDeleted = 'organization.deleted';

/** The contents of an organization, counted before anything was dropped. */
export interface Contents extends SchemaSize {
  databaseId: string;
  schemaName: string;
}

/** Proof that an organization's data was dropped. Kept in the audit log, which outlives the organization. */
export interface Receipt extends Contents {
  organizationId: string;
  slug: string;
  name: string;
  /** ISO 8601, UTC. */
  requestedAt: string;
  requestedBy: string;
  droppedAt: string;
  /** Number of deleted rows of the catalog, by table. */
  catalog: Record<string, number>;
  /** Hash of the JSON of all fields above, keys in this order, without whitespace. */
  sha256: string;
}

export const sealReceipt = (contents: Omit<Receipt, 'sha256'>): Receipt => ({ ...contents, sha256: hashOf(contents) });

/** Whether the receipt is unchanged. */
export const isGenuine = ({ sha256, ...contents }: Receipt): boolean => hashOf(contents) === sha256;

/** The latest audit entry of this action for an organization. */
export async function lastEntry(db: CatalogDb, organizationId: string, action: string) {
  const [entry] = await db
    .select()
    .from(auditLogs)
    .where(and(eq(auditLogs.organizationId, organizationId), eq(auditLogs.action, action)))
    .orderBy(desc(auditLogs.id))
    .limit(1);
  return entry;
}

/**
 * The receipt of a deleted organization, by its id or former slug; the latest if several had the slug. Throws
 * NOT_FOUND.
 */
export async function getReceipt(catalog: Catalog, slugOrId: string): Promise<Receipt> {
  const bySlug = eq(sql`${auditLogs.metadata} ->> 'slug'`, slugOrId);
  const [entry] = await catalog.read((db) =>
    db
      .select({ metadata: auditLogs.metadata })
      .from(auditLogs)
      .where(
        and(
          eq(auditLogs.action, organizationDeleted),
          isUuid(slugOrId) ? or(eq(auditLogs.organizationId, slugOrId), bySlug) : bySlug,
        ),
      )
      .orderBy(desc(auditLogs.id))
      .limit(1),
  );
  if (!entry) throw new AppError('NOT_FOUND', `There is no receipt for ${slugOrId}`);
  return entry.metadata as Receipt;
}

const order: readonly (keyof Omit<Receipt, 'sha256'>)[] = [
  'organizationId',
  'slug',
  'name',
  'databaseId',
  'schemaName',
  'tables',
  'rows',
  'bytes',
  'requestedAt',
  'requestedBy',
  'droppedAt',
  'catalog',
];

/** jsonb does not keep the order of keys, so they are put into a fixed order. */
function hashOf(contents: Omit<Receipt, 'sha256'>): string {
  const catalog = Object.fromEntries(Object.entries(contents.catalog).sort(([a], [b]) => (a < b ? -1 : 1)));
  const text = JSON.stringify(
    Object.fromEntries(order.map((key) => [key, key === 'catalog' ? catalog : contents[key]])),
  );
  return createHash('sha256').update(text).digest('hex');
}
