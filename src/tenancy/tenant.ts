import { and, eq } from 'drizzle-orm';
import { AppError } from '../lib/errors.ts';
import { coreModules } from './modules.ts';
import { type OrganizationStatus, organizations, tenantSchemas } from './tables.ts';

/** An organization as requests see it: the place of its data, and whether it may be served. */
export interface Tenant {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly schemaName: string;
  readonly roleName: string;
  readonly databaseId: string;
  readonly status: OrganizationStatus;
  /** Every module whose tables it has: the core modules and the optional ones that are switched on. */
  readonly modules: ReadonlySet<string>;
  readonly timeZone: string;
  readonly locale: string;
  readonly currency: string;
  /** A migration failed in its schema: it is not served until a migration succeeds. */
  readonly quarantined: boolean;
  /** Until this instant writes wait, because the data is being moved. */
  readonly writesPausedUntil?: Date | null;
}

/** The columns of a tenant, from `organizations` joined with `tenant_schemas`. */
export const tenantColumns = {
  id: organizations.id,
  slug: organizations.slug,
  name: organizations.name,
  schemaName: organizations.schemaName,
  roleName: organizations.roleName,
  databaseId: organizations.databaseId,
  status: organizations.status,
  modules: organizations.modules,
  timeZone: organizations.timeZone,
  locale: organizations.locale,
  currency: organizations.currency,
  quarantinedAt: tenantSchemas.quarantinedAt,
  writesPausedUntil: organizations.writesPausedUntil,
};

/** The row of `tenant_schemas` that an organization is served from; other copies of its data may have rows too. */
export const servedSchema = and(
  eq(tenantSchemas.databaseId, organizations.databaseId),
  eq(tenantSchemas.schemaName, organizations.schemaName),
);

/** The condition that finds one row of `tenant_schemas`. */
export const isSchema = (databaseId: string, schemaName: string) =>
  and(eq(tenantSchemas.databaseId, databaseId), eq(tenantSchemas.schemaName, schemaName));

type TenantRow = Omit<Tenant, 'modules' | 'quarantined'> & { modules: string[]; quarantinedAt: Date | null };

/** The core modules and the optional ones of an organization. */
export const modulesWith = (optional: readonly string[]): ReadonlySet<string> => new Set([...coreModules, ...optional]);

export const tenantOf = ({ modules, quarantinedAt, ...row }: TenantRow): Tenant => ({
  ...row,
  modules: modulesWith(modules),
  quarantined: quarantinedAt !== null,
});

/**
 * Throws unless the tenant may be served now: TENANT_NOT_FOUND while it is being provisioned or deleted,
 * TENANT_INACTIVE if suspended or archived, MIGRATING after a failed migration.
 */
export function requireServable(tenant: Pick<Tenant, 'status' | 'quarantined'>): void {
  if (tenant.status === 'PROVISIONING' || tenant.status === 'DELETING') throw tenantNotFound();
  if (tenant.status !== 'ACTIVE') {
    throw new AppError('TENANT_INACTIVE', `This organization is ${tenant.status.toLowerCase()}`);
  }
  if (tenant.quarantined) {
    throw new AppError('MIGRATING', 'This organization is being repaired after a failed migration', {
      retryAfter: 60,
    });
  }
}

/** `slug` is the one that the caller asked for. */
export const tenantNotFound = (slug?: string): AppError =>
  new AppError(
    'TENANT_NOT_FOUND',
    slug === undefined ? 'There is no such organization' : `There is no organization ${slug}`,
  );
