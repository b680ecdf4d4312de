import type { Fleet } from '../fleet/fleet.ts';
import { provisionTenant } from '../fleet/schemas/provision.ts';
import { addMember, type Membership } from '../identity/add-member.ts';
import { createUser } from '../identity/create-user.ts';
import { findUserByEmail } from '../identity/find-user.ts';
import type { Identity } from '../identity/identity.ts';
import { permissionsOf } from '../identity/permissions.ts';
import type { Person } from '../identity/profile-gateway.ts';
import type { Role } from '../identity/roles.ts';
import { openSession, signedIn } from '../identity/sessions.ts';
import type { Viewer } from '../identity/viewer.ts';
import type { TenantBinding } from '../tenancy/binding.ts';
import type { Catalog } from '../tenancy/catalog.ts';
import type { TenantDirectory } from '../tenancy/directory.ts';
import { optionalModules } from '../tenancy/modules.ts';
import { type OrganizationStatus, organizations } from '../tenancy/tables.ts';
import type { Tenant } from '../tenancy/tenant.ts';
import { contentFor } from './content.ts';
import { type DemoCompany, type DemoPerson, demoCompanies, demoEmail, demoPassword } from './people.ts';
import { seedCompany } from './seed-company.ts';

export interface DemoTools {
  fleet: Fleet;
  catalog: Catalog;
  directory: TenantDirectory;
  binding: TenantBinding;
  identity: Identity;
}

/** The demo that is there: who can sign in, and the headers that sign the explorer in. */
export interface Demo {
  companies: readonly DemoCompany[];
  headers(): Promise<Record<string, string>>;
}

/** Who the explorer is, unless somebody signs in otherwise: sees and may do everything. */
const explorerRole: Role = 'OWNER';

/**
 * Makes the two demo organizations in an installation that has no other, and completes them when an earlier start was
 * interrupted. What somebody has suspended since is left alone. Undefined where there are organizations of somebody's
 * own, or none that is served: then nothing is touched.
 */
export async function ensureDemo(tools: DemoTools): Promise<Demo | undefined> {
  const slugs = demoCompanies.map(({ slug }) => slug);
  const existing = await tools.catalog.read((db) => db.select({ slug: organizations.slug }).from(organizations));
  if (existing.some(({ slug }) => !slugs.includes(slug))) return undefined;
  const made: { company: DemoCompany; explorer: Viewer }[] = [];
  for (const company of demoCompanies) {
    const explorer = await ensureCompany(tools, company);
    if (explorer) made.push({ company, explorer });
  }
  const [first] = made;
  if (!first) return undefined;
  return {
    companies: made.map(({ company }) => company),
    headers: () => explorerHeaders(tools, first.company, first.explorer),
  };
}

const closed: ReadonlySet<OrganizationStatus> = new Set(['SUSPENDED', 'ARCHIVED', 'DELETING']);

/** Returns who the explorer is in this organization; undefined when it is not served. */
async function ensureCompany(tools: DemoTools, company: DemoCompany): Promise<Viewer | undefined> {
  const { slug, name, timeZone, locale } = company;
  const known = await tools.directory.findBySlug(slug);
  if (known && (known.quarantined || closed.has(known.status))) return undefined;
  const served = known?.status === 'ACTIVE' ? known : undefined;
  const tenant =
    served ??
    (await provisionTenant(tools.fleet, {
      slug,
      name,
      timeZone,
      locale,
      currency: 'EUR',
      modules: [...optionalModules],
    }));
  const viewers = new Map<Role, Viewer>();
  for (const person of company.people) viewers.set(person.role, await ensureMember(tools, tenant, company, person));
  const content = contentFor(locale);
  await tools.binding.write(tenant, (tx) => seedCompany(tx, (role) => viewers.get(role)!, content), {
    roleClass: 'job',
  });
  return viewers.get(explorerRole);
}

async function ensureMember(tools: DemoTools, tenant: Tenant, company: DemoCompany, demo: DemoPerson): Promise<Viewer> {
  const { identity, catalog } = tools;
  const { role, firstName, lastName } = demo;
  const email = demoEmail(company, role);
  const user = await catalog.read((db) => findUserByEmail(db, email));
  const person: Person = user
    ? { userId: user.id, email, firstName, lastName }
    : await createUser(identity, { email, firstName, lastName, password: demoPassword });
  const known = await findMembership(catalog, person.userId, tenant.id);
  const membership = known ?? (await addMember(identity, { person, tenant, role, actor: { kind: 'SYSTEM' } }, {}));
  return toViewer(person, membership);
}

const findMembership = (catalog: Catalog, userId: string, organizationId: string): Promise<Membership | undefined> =>
  catalog.read((db) => db.query.userOrganizations.findFirst({ where: { userId, organizationId } }));

const toViewer = (person: Person, { id, profileId, organizationId, role }: Membership): Viewer => ({
  ...person,
  membershipId: id,
  profileId,
  organizationId,
  role,
  permissions: permissionsOf(role),
  roleClass: 'job',
});

/** A session of its own, made without the password: somebody may have changed that since. */
async function explorerHeaders(
  { identity, catalog }: DemoTools,
  { slug }: DemoCompany,
  { userId, organizationId, email, firstName, lastName }: Viewer,
): Promise<Record<string, string>> {
  const session = await catalog.write((tx) =>
    openSession(identity, tx, { userId, organizationId, deviceName: 'GraphiQL' }, {}),
  );
  const { accessToken } = await signedIn(identity, { id: userId, email, firstName, lastName }, session);
  return { authorization: `Bearer ${accessToken}`, 'x-tenant': slug };
}
