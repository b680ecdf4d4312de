import { and, asc, eq, gt } from 'drizzle-orm';
import { z } from 'zod';
import { checkInput } from '../lib/input.ts';
import type { Identity } from './identity.ts';
import { uuid } from './inputs.ts';
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

export const listMembersInput = z.object({
  first: z.int().min(1).max(100).default(20),
  /** The membership after which the page begins. */
  after: uuid.optional(),
});

/** A page of the members of the viewer's organization, by when they joined. Throws FORBIDDEN without member:read. */
export async function listMembers(
  { catalog }: Identity,
  viewer: Viewer,
  input: z.input<typeof listMembersInput> = {},
): Promise<{ members: Member[]; hasNextPage: boolean }> {
  requirePermission(viewer, 'member:read');
  const { first, after } = checkInput(listMembersInput, input);
  const found = await catalog.read((db) =>
    db
      .select(memberColumns)
      .from(userOrganizations)
      .innerJoin(users, eq(users.id, userOrganizations.userId))
      .where(
        and(
          eq(userOrganizations.organizationId, viewer.organizationId),
          after === undefined ? undefined : gt(userOrganizations.id, after),
        ),
      )
      .orderBy(asc(userOrganizations.id))
      .limit(first + 1),
  );
  return { members: found.slice(0, first), hasNextPage: found.length > first };
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
