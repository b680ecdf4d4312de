import { eq, sql } from 'drizzle-orm';
import { AppError } from '../lib/errors.ts';
import { uuidv7 } from '../lib/ids.ts';
import type { CatalogDb, CatalogTx } from '../tenancy/catalog.ts';
import { notifyMembershipChanged } from '../tenancy/invalidation.ts';
import type { Tenant } from '../tenancy/tenant.ts';
import { insertMembership, type Membership } from './add-member.ts';
import { hasVerifiedEmail } from './email-verification.ts';
import type { Identity } from './identity.ts';
import type { Joining, Person } from './profile-gateway.ts';
import { userOrganizations, users } from './tables.ts';

/** Steps for the members of a tenant's copy: before it is served, and in the transaction that activates it. */
export interface CopyMembers {
  prepare(copy: Tenant): Promise<void>;
  activate(tx: CatalogTx, copy: Tenant): Promise<void>;
}

/**
 * Keeps the members when an older copy replaces the data of their organization: a member without an active profile in
 * the copy gets one before the copy is served.
 */
export function keepMembers({ catalog, profiles }: Identity): CopyMembers {
  const profileOf = new Map<string, string>();
  return {
    async prepare(copy) {
      for (const { person } of await catalog.read((db) => membersOf(db, copy.id))) {
        profileOf.set(person.userId, await profiles.join(copy, person));
      }
    },
    async activate(tx, copy) {
      for (const { id, profileId, person } of await membersOf(tx, copy.id)) {
        const inCopy = profileOf.get(person.userId);
        if (inCopy === undefined) throw joinedMeanwhile();
        if (inCopy === profileId) continue;
        await tx.update(userOrganizations).set({ profileId: inCopy }).where(eq(userOrganizations.id, id));
        await notifyMembershipChanged(tx, copy.id, person.userId);
      }
    },
  };
}

/** Makes the person the owner, and the only member, of a new organization with a copy of the data. */
export function ownCopy({ catalog, profiles }: Identity, person: Person): CopyMembers {
  let profileId = '';
  return {
    async prepare(copy) {
      profileId = await profiles.join(copy, {
        ...person,
        emailVerified: await hasVerifiedEmail(catalog, person.userId),
        role: 'OWNER',
      });
    },
    async activate(tx, { id: organizationId }) {
      const membership: Membership = { id: uuidv7(), userId: person.userId, organizationId, profileId, role: 'OWNER' };
      await insertMembership(tx, membership, {}, { kind: 'SYSTEM' });
    },
  };
}

/** Makes the members of the original organization members of its copy, with the same roles. */
export function copyMembers({ catalog, profiles }: Identity, originalId: string): CopyMembers {
  const profileOf = new Map<string, string>();
  return {
    async prepare(copy) {
      for (const { person } of await catalog.read((db) => membersOf(db, originalId))) {
        profileOf.set(person.userId, await profiles.join(copy, person));
      }
    },
    async activate(tx, { id: organizationId }) {
      for (const { role, person } of await membersOf(tx, originalId)) {
        const { userId } = person;
        const profileId = profileOf.get(userId);
        if (profileId === undefined) throw joinedMeanwhile();
        await insertMembership(tx, { id: uuidv7(), userId, organizationId, profileId, role }, {}, { kind: 'SYSTEM' });
      }
    },
  };
}

const joinedMeanwhile = () => new AppError('TRANSACTION_CONFLICT', 'Somebody joined meanwhile: try again');

interface Member extends Pick<Membership, 'id' | 'profileId' | 'role'> {
  person: Joining;
}

async function membersOf(db: CatalogDb, organizationId: string): Promise<Member[]> {
  const { id: userId, email, firstName, lastName } = users;
  const emailVerified = sql<boolean>`${users.emailVerifiedAt} is not null`;
  return await db
    .select({
      id: userOrganizations.id,
      profileId: userOrganizations.profileId,
      role: userOrganizations.role,
      person: { userId, email, firstName, lastName, emailVerified, role: userOrganizations.role },
    })
    .from(userOrganizations)
    .innerJoin(users, eq(users.id, userOrganizations.userId))
    .where(eq(userOrganizations.organizationId, organizationId));
}
