import { and, asc, desc, eq, gt, inArray, lt } from 'drizzle-orm';
import { notFound } from '../lib/errors.ts';
import type { Identity } from './identity.ts';
import type { Role } from './roles.ts';
import { userOrganizations, users } from './tables.ts';
import { requirePermission, type Viewer } from './viewer.ts';

export interface Member {
  membershipId: string;
  userId: string;
  profileId: string;
  role: Role;
  email: string;
  firstName: string;
  lastName: string;
  disabledAt: Date | null;
  joinedAt: Date;
}

/** A part of the list: `limit` memberships after or before one, from the start or (inverted) from the end. */
export interface MemberRange {
  limit: number;
  after?: string | undefined;
  before?: string | undefined;
  inverted?: boolean;
}

/** Members of the viewer's organization, by when they joined. Throws FORBIDDEN without member:read. */
export async function listMembers(
  { catalog }: Identity,
  viewer: Viewer,
  { limit, after, before, inverted = false }: MemberRange,
): Promise<Member[]> {
  requirePermission(viewer, 'member:read');
  const { id, organizationId } = userOrganizations;
  const range = and(
    eq(organizationId, viewer.organizationId),
    after === undefined ? undefined : gt(id, after),
    before === undefined ? undefined : lt(id, before),
  );
  return catalog.read((db) =>
    db
      .select(memberColumns)
      .from(userOrganizations)
      .innerJoin(users, eq(users.id, userOrganizations.userId))
      .where(range)
      .orderBy(inverted ? desc(id) : asc(id))
      .limit(limit),
  );
}

/**
 * The members with these profiles, in any order; profiles without an account have none. Throws FORBIDDEN without
 * member:read.
 */
export async function membersWithProfiles(
  { catalog }: Identity,
  viewer: Viewer,
  profileIds: readonly string[],
): Promise<Member[]> {
  requirePermission(viewer, 'member:read');
  const { profileId, organizationId } = userOrganizations;
  return catalog.read((db) =>
    db
      .select(memberColumns)
      .from(userOrganizations)
      .innerJoin(users, eq(users.id, userOrganizations.userId))
      .where(and(eq(organizationId, viewer.organizationId), inArray(profileId, [...profileIds]))),
  );
}

/** One member of the viewer's organization. Throws NOT_FOUND. */
export async function getMember({ catalog }: Identity, viewer: Viewer, membershipId: string): Promise<Member> {
  const { id, organizationId } = userOrganizations;
  const [member] = await catalog.read((db) =>
    db
      .select(memberColumns)
      .from(userOrganizations)
      .innerJoin(users, eq(users.id, userOrganizations.userId))
      .where(and(eq(id, membershipId), eq(organizationId, viewer.organizationId))),
  );
  if (!member) throw notFound('Member');
  return member;
}

/** How many members the viewer's organization has. */
export async function countMembers({ catalog }: Identity, viewer: Viewer): Promise<number> {
  requirePermission(viewer, 'member:read');
  const mine = eq(userOrganizations.organizationId, viewer.organizationId);
  return catalog.read((db) => db.$count(userOrganizations, mine));
}

const memberColumns = {
  membershipId: userOrganizations.id,
  userId: users.id,
  profileId: userOrganizations.profileId,
  role: userOrganizations.role,
  email: users.email,
  firstName: users.firstName,
  lastName: users.lastName,
  disabledAt: users.disabledAt,
  joinedAt: userOrganizations.createdAt,
};
