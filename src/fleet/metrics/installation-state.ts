import { and, eq, isNull, max, min, ne, sql } from 'drizzle-orm';
import { auditLogs, databases, organizations, tenantMoves, tenantSchemas } from '../../tenancy/tables.ts';
import { servedSchema } from '../../tenancy/tenant.ts';
import type { Fleet } from '../fleet.ts';
import type { FittingSchemas } from '../schemas/fitting-schemas.ts';

/** The state of the installation for alerts, as one server sees it. */
export interface InstallationState {
  /** Whether each database answered at its last check. */
  databases: { name: string; up: boolean }[];
  /** Number of organizations by state: their status, or the reason why an active one is not served. */
  tenants: Record<string, number>;
  /** Age of the oldest open move in each phase; seconds. */
  moves: Record<string, number>;
}

/** Reads the catalog only. */
export async function installationState({ catalog }: Fleet, fit: FittingSchemas): Promise<InstallationState> {
  return await catalog.read(async (db) => {
    const all = await db.select().from(databases).where(ne(databases.state, 'RETIRED'));
    const rows = await db
      .select({
        status: organizations.status,
        databaseId: organizations.databaseId,
        schemaName: organizations.schemaName,
        modules: organizations.modules,
        quarantinedAt: tenantSchemas.quarantinedAt,
      })
      .from(organizations)
      .innerJoin(tenantSchemas, servedSchema);
    const moves = await db
      .select({
        phase: tenantMoves.phase,
        seconds: sql<number>`extract(epoch from now() - ${min(tenantMoves.createdAt)})::float8`,
      })
      .from(tenantMoves)
      .where(isNull(tenantMoves.endedAt))
      .groupBy(tenantMoves.phase);
    const tenants: Record<string, number> = { ACTIVE: 0, QUARANTINED: 0, MIGRATING: 0 };
    for (const { status, quarantinedAt, modules, ...place } of rows) {
      const unfit = fit.known({ ...place, modules: new Set(modules) }) === false;
      const state = status !== 'ACTIVE' ? status : quarantinedAt ? 'QUARANTINED' : unfit ? 'MIGRATING' : 'ACTIVE';
      tenants[state] = (tenants[state] ?? 0) + 1;
    }
    return {
      databases: all.map(({ name, state }) => ({ name, up: state !== 'DOWN' })),
      tenants,
      moves: Object.fromEntries(moves.map(({ phase, seconds }) => [phase, seconds])),
    };
  });
}

/**
 * Seconds since the least recently backed-up organization was backed up; undefined if this program has never made a
 * backup, because the operator may use other tools.
 */
export async function backupAge({ catalog }: Fleet): Promise<number | undefined> {
  const [row] = await catalog.read((db) => {
    const backups = db
      .select({ organizationId: auditLogs.organizationId, at: max(auditLogs.at).as('backed_up_at') })
      .from(auditLogs)
      .where(and(eq(auditLogs.action, 'organization.backed_up'), eq(auditLogs.outcome, 'SUCCESS')))
      .groupBy(auditLogs.organizationId)
      .as('backups');
    return db
      .select({
        ever: sql<boolean>`bool_or(${backups.at} is not null)`,
        seconds: sql<number>`max(extract(epoch from now() - coalesce(${backups.at}, ${organizations.createdAt})))::float8`,
      })
      .from(organizations)
      .leftJoin(backups, eq(backups.organizationId, organizations.id))
      .where(ne(organizations.status, 'PROVISIONING'));
  });
  return row?.ever ? row.seconds : undefined;
}
