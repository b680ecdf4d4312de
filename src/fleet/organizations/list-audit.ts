import { and, desc, eq, gte, lt } from 'drizzle-orm';
import { uuidv7 } from '../../lib/ids.ts';
import type { Catalog } from '../../tenancy/catalog.ts';
import { auditLogs } from '../../tenancy/tables.ts';

export type AuditRecord = typeof auditLogs.$inferSelect;

export interface AuditFilter {
  organizationId?: string | undefined;
  since?: Date | undefined;
  /** Dotted, as recorded. */
  action?: string | undefined;
  /** `next` of the previous page. */
  before?: string | undefined;
  /** Most entries per page. */
  limit: number;
}

export interface AuditPage {
  /** Newest first. */
  entries: AuditRecord[];
  /** Set if there are more entries: pass it as `before`. */
  next: string | null;
}

/** One page of the audit log. Ids begin with the time, so they order the entries. */
export async function listAudit(catalog: Catalog, filter: AuditFilter): Promise<AuditPage> {
  const { organizationId, since, action, before, limit } = filter;
  const found = await catalog.read((db) =>
    db
      .select()
      .from(auditLogs)
      .where(
        and(
          organizationId === undefined ? undefined : eq(auditLogs.organizationId, organizationId),
          action === undefined ? undefined : eq(auditLogs.action, action),
          since === undefined ? undefined : gte(auditLogs.id, firstIdOf(since)),
          before === undefined ? undefined : lt(auditLogs.id, before),
        ),
      )
      .orderBy(desc(auditLogs.id))
      .limit(limit + 1),
  );
  const entries = found.slice(0, limit);
  return { entries, next: found.length > limit ? entries.at(-1)!.id : null };
}

/** The smallest id that can have been created in this millisecond or later. */
const firstIdOf = (time: Date): string => `${uuidv7(time.getTime()).slice(0, 13)}-7000-8000-000000000000`;
