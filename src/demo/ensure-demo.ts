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
import { type DemoOrganization, type DemoPerson, demoEmail, demoOrganizations, demoPassword } from './people.ts';
import { seedOrganization } from './seed-organization.ts';

export interface DemoTools {
  fleet: Fleet;
  catalog: Catalog;
  directory: TenantDirectory;
  binding: TenantBinding;
  identity: Identity;
}

/** The existing demo: its organizations and users, and the headers that sign the explorer in. */
export interface Demo {
  organizations: readonly DemoOrganization[];
  headers(): Promise<Record<string, string>>;
}

/** The explorer's default role, which sees and may do everything. */
const explorerRole: Role = 'OWNER';

/**
 * Creates the two demo organizations in an installation without other organizations, or completes them if an earlier
 * start was interrupted. Leaves those alone that were suspended since. Returns undefined, and changes nothing, if there
 * are other organizations; returns undefined if no demo organization can be served.
 */
export async function ensureDemo(tools: DemoTools): Promise<Demo | undefined> {
  const slugs = demoOrganizations.map(({ slug }) => slug);
  const existing = await tools.catalog.read((db) => db.select({ slug: organizations.slug }).from(organizations));
  if (existing.some(({ slug }) => !slugs.includes(slug))) return undefined;
  const made: { organization: DemoOrganization; explorer: Viewer }[] = [];
  for (const organization of demoOrganizations) {
    const explorer = await ensureOrganization(tools, organization);
    if (explorer) made.push({ organization, explorer });
  }
  const [first] = made;
  if (!first) return undefined;
  return {
    organizations: made.map(({ organization }) => organization),
    headers: () => explorerHeaders(tools, first.organization, first.explorer),
  };
}

const closed: ReadonlySet<OrganizationStatus> = new Set(['SUSPENDED', 'ARCHIVED', 'DELETING']);

/** Returns the explorer's viewer in this organization; undefined if the organization is not served. */
async function ensureOrganization(tools: DemoTools, organization: DemoOrganization): Promise<Viewer | undefined> {
  const { slug, name, timeZone, locale } = organization;
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
  for (const person of organization.people)
    viewers.set(person.role, await ensureMember(tools, tenant, organization, person));
  const content = contentFor(locale);
  await tools.binding.write(tenant, (tx) => seedOrganization(tx, (role) => viewers.get(role)!, content), {
    roleClass: 'job',
  });
  return viewers.get(explorerRole);
}

async function ensureMember(
  tools: DemoTools,
  tenant: Tenant,
  organization: DemoOrganization,
  demo: DemoPerson,
): Promise<Viewer> {
  const { identity, catalog } = tools;
  const { role, firstName, lastName } = demo;
  const email = demoEmail(organization, role);
  const user = await catalog.read((db) => findUserByEmail(db, email));
  const person: Person = user
    ? { userId: user.id, email, firstName, lastName }
    : await createUser(identity, { email, firstName, lastName, password: demoPassword });
  const known = await findMembership(catalog, person.userId, tenant.id);
  const membership = known ?? (await addMember(identity, { person, tenant, role, actor: { kind: 'SYSTEM' } }, {}));
  return toViewer(person, membership, tenant);
}

const findMembership = (catalog: Catalog, userId: string, organizationId: string): Promise<Membership | undefined> =>
  catalog.read((db) => db.query.userOrganizations.findFirst({ where: { userId, organizationId } }));

const toViewer = (
  person: Person,
  { id, profileId, organizationId, role }: Membership,
  { modules }: Tenant,
): Viewer => ({
  ...person,
  membershipId: id,
  profileId,
  organizationId,
  role,
  modules,
  permissions: permissionsOf(role),
  roleClass: 'job',
});

/** Opens a session for the explorer without the password, which may have been changed. */
async function explorerHeaders(
  { identity, catalog }: DemoTools,
  { slug }: DemoOrganization,
  { userId, organizationId, email, firstName, lastName }: Viewer,
): Promise<Record<string, string>> {
  const session = await catalog.write((tx) =>
    openSession(identity, tx, { userId, organizationId, deviceName: 'GraphiQL' }, {}),
  );
  const { accessToken } = await signedIn(identity, { id: userId, email, firstName, lastName }, session);
  return { authorization: `Bearer ${accessToken}`, 'x-tenant': slug };
}
