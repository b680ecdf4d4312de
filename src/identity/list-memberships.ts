import { eq } from 'drizzle-orm';
import type { OrganizationStatus } from '../tenancy/tables.ts';
import { organizations } from '../tenancy/tables.ts';
import type { Identity } from './identity.ts';
import type { Role } from './roles.ts';
import { userOrganizations } from './tables.ts';

export interface OwnMembership {
  organizationId: string;
  name: string;
  slug: string;
  logoUrl: string | null;
  status: OrganizationStatus;
  role: Role;
}

/** The organizations that a user belongs to, by name: what a client offers to choose from. */
export async function listMemberships({ catalog }: Identity, userId: string): Promise<OwnMembership[]> {
  return catalog.read((db) =>
    db
      .select({
        organizationId: organizations.id,
        name: organizations.name,
        slug: organizations.slug,
        logoUrl: organizations.logoUrl,
        status: organizations.status,
        role: userOrganizations.role,
      })
      .from(userOrganizations)
      .innerJoin(organizations, eq(organizations.id, userOrganizations.organizationId))
      .where(eq(userOrganizations.userId, userId))
      .orderBy(organizations.name, organizations.id),
  );
}
