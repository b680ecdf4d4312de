import { AppError } from '../lib/errors.ts';
import { mayBeSlug, reservedSlugs } from './slug.ts';
import { requireServable, type Tenant, tenantNotFound } from './tenant.ts';

/** The parts of a request that may name its tenant; each may be missing. */
export interface RouteHints {
  /** The Host header, with or without a port. */
  host?: string | undefined;
  path?: string | undefined;
  /** The header `x-tenant`: a slug. */
  header?: string | undefined;
  /** The organization's id in the access token or API key. */
  tokenOrganizationId?: string | undefined;
}

export interface RoutingOptions {
  /** Hosts below these domains name a tenant: `acme.chantier.example` with the base domain `chantier.example`. */
  baseDomains: readonly string[];
}

/** Finds tenants; in the server, the directory. */
export interface TenantFinder {
  findBySlug(slug: string): Promise<Tenant | undefined>;
  findById(id: string): Promise<Tenant | undefined>;
}

const prefix = /^\/t\/([^/?#]+)/;

/**
 * The slug that a request names by host, path or header. Throws TENANT_MISMATCH if they differ, and TENANT_NOT_FOUND if
 * it cannot be a slug.
 */
export function slugOfRoute(hints: RouteHints, options: RoutingOptions): string | undefined {
  const named = [slugOfHost(hints.host, options.baseDomains), prefix.exec(hints.path ?? '')?.[1], hints.header];
  const slugs = new Set(named.filter((slug) => slug !== undefined && slug !== '').map((slug) => slug!.toLowerCase()));
  if (slugs.size > 1) throw mismatch();
  const [slug] = slugs;
  if (slug !== undefined && !mayBeSlug(slug)) throw tenantNotFound();
  return slug;
}

/**
 * The tenant of a request; undefined if the request names none (a signed-in user who has not chosen one). All parts of
 * the request that name a tenant must agree. Throws TENANT_NOT_FOUND, TENANT_MISMATCH, or the reason why the tenant is
 * not served (see requireServable).
 */
export async function routeTenant(
  hints: RouteHints,
  options: RoutingOptions,
  tenants: TenantFinder,
): Promise<Tenant | undefined> {
  const slug = slugOfRoute(hints, options);
  const byToken = hints.tokenOrganizationId;
  if (slug === undefined && byToken === undefined) return undefined;
  const tenant = slug === undefined ? await tenants.findById(byToken!) : await tenants.findBySlug(slug);
  // The holder of one organization's token must not learn which other organizations exist
  if (tenant === undefined) throw slug !== undefined && byToken !== undefined ? mismatch() : tenantNotFound();
  if (byToken !== undefined && byToken !== tenant.id) throw mismatch();
  requireServable(tenant);
  return tenant;
}

function slugOfHost(host: string | undefined, baseDomains: readonly string[]): string | undefined {
  const name = host?.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '');
  const base = baseDomains.find((domain) => name?.endsWith(`.${domain}`));
  if (name === undefined || base === undefined) return undefined;
  const label = name.slice(0, -base.length - 1);
  return reservedSlugs.has(label) ? undefined : label;
}

const mismatch = (): AppError =>
  new AppError('TENANT_MISMATCH', 'Host, path, header and token must name the same organization');
