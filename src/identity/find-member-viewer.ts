import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Catalog } from '../tenancy/catalog.ts';
import { organizations } from '../tenancy/tables.ts';
import { modulesWith } from '../tenancy/tenant.ts';
import { type PermissionOverride, permissionsOf } from './permissions.ts';
import { permissions, userOrganizations, users } from './tables.ts';
import type { Viewer } from './viewer.ts';

export interface MemberViewer {
  viewer: Viewer;
  /** The person's locale; null for that of the organization. */
  locale: string | null;
}

const overrides = sql<PermissionOverride[]>`coalesce((
  select json_agg(json_build_object('permission', ${permissions.permission}, 'granted', ${permissions.granted}))
  from ${permissions}
  where ${permissions.organizationId} = ${userOrganizations.organizationId}
    and ${permissions.role} = ${userOrganizations.role}), '[]')`;

/**
 * A member as a viewer, for work that is done for them without a request of theirs: with the role and the permissions
 * that they have now. Undefined if they are no member any more, or their account is disabled.
 */
export async function findMemberViewer(
  catalog: Catalog,
  organizationId: string,
  profileId: string,
): Promise<MemberViewer | undefined> {
  const [row] = await catalog.read((db) =>
    db
      .select({
        ...{ userId: users.id, email: users.email, firstName: users.firstName, lastName: users.lastName },
        ...{ locale: users.locale, membershipId: userOrganizations.id, role: userOrganizations.role },
        ...{ modules: organizations.modules, overrides },
      })
      .from(userOrganizations)
      .innerJoin(users, eq(users.id, userOrganizations.userId))
      .innerJoin(organizations, eq(organizations.id, userOrganizations.organizationId))
      .where(
        and(
          eq(userOrganizations.organizationId, organizationId),
          eq(userOrganizations.profileId, profileId),
          isNull(users.disabledAt),
        ),
      ),
  );
  if (!row) return undefined;
  const { locale, modules, overrides: changed, ...person } = row;
  const granted = permissionsOf(person.role, changed);
  return {
    viewer: {
      ...{ ...person, organizationId, profileId, permissions: granted },
      ...{ modules: modulesWith(modules), roleClass: 'job' as const },
    },
    locale,
  };
}
