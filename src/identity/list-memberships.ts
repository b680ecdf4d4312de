import { eq } from 'drizzle-orm';
import { type OrganizationStatus, organizations } from '../tenancy/tables.ts';
import type { Identity } from './identity.ts';
import type { Role } from './roles.ts';
import { userOrganizations } from './tables.ts';

export interface OwnMembership {
  membershipId: string;
  role: Role;
  organization: OwnOrganization;
}

/** What every member may know of the organization. */
export interface OwnOrganization {
  id: string;
  name: string;
  slug: string;
  status: OrganizationStatus;
  description: string | null;
  logoUrl: string | null;
  website: string | null;
  timeZone: string;
  locale: string;
  currency: string;
  /** Optional modules that are switched on. */
  modules: string[];
  version: number;
}

/** The organizations that a user belongs to, by name: what a client offers to choose from. */
export async function listMemberships({ catalog }: Identity, userId: string): Promise<OwnMembership[]> {
  return catalog.read((db) =>
    db
      .select({ membershipId: userOrganizations.id, role: userOrganizations.role, organization })
      .from(userOrganizations)
      .innerJoin(organizations, eq(organizations.id, userOrganizations.organizationId))
      .where(eq(userOrganizations.userId, userId))
      .orderBy(organizations.name, organizations.id),
  );
}

const { id, name, slug, status, description, logoUrl, website, timeZone, locale, currency } = organizations;
const { modules, version } = organizations;
const organization = {
  ...{ id, name, slug, status, description, logoUrl, website, timeZone, locale, currency, modules, version },
};
