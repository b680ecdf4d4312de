import { and, desc, eq, isNull, max } from 'drizzle-orm';
import type { Catalog } from '../../tenancy/catalog.ts';
import { auditLogs, databases, organizations, tenantMoves, tenantSchemas } from '../../tenancy/tables.ts';

export type SchemaRow = typeof tenantSchemas.$inferSelect;
export type MoveRow = typeof tenantMoves.$inferSelect;

export interface OrganizationFacts {
  id: string;
  slug: string;
  status: (typeof organizations.$inferSelect)['status'];
  databaseId: string;
  schemaName: string;
  createdAt: Date;
  deleteAfter: Date | null;
  /** Time of the latest backup in the audit log. */
  backedUpAt: Date | null;
}

/** The state of the whole installation in the catalog, in one snapshot. */
export interface CatalogFacts {
  databases: (typeof databases.$inferSelect)[];
  schemas: SchemaRow[];
  organizations: OrganizationFacts[];
  openMoves: MoveRow[];
}

/** The action that `tenant backup` records in the audit log. */
const backedUp = 'organization.backed_up';

export function catalogFacts(catalog: Catalog): Promise<CatalogFacts> {
  return catalog.read(async (db) => {
    const backups = db
      .select({ organizationId: auditLogs.organizationId, at: max(auditLogs.at).as('backed_up_at') })
      .from(auditLogs)
      .where(and(eq(auditLogs.action, backedUp), eq(auditLogs.outcome, 'SUCCESS')))
      .groupBy(auditLogs.organizationId)
      .as('backups');
    return {
      databases: await db.select().from(databases),
      schemas: await db.select().from(tenantSchemas).orderBy(tenantSchemas.schemaName),
      organizations: await db
        .select({
          id: organizations.id,
          slug: organizations.slug,
          status: organizations.status,
          databaseId: organizations.databaseId,
          schemaName: organizations.schemaName,
          createdAt: organizations.createdAt,
          deleteAfter: organizations.deleteAfter,
          backedUpAt: backups.at,
        })
        .from(organizations)
        .leftJoin(backups, eq(backups.organizationId, organizations.id))
        .orderBy(organizations.slug),
      openMoves: await db
        .select()
        .from(tenantMoves)
        .where(isNull(tenantMoves.endedAt))
        .orderBy(desc(tenantMoves.createdAt)),
    };
  });
}
