import { isUniqueViolation } from '../db/pg-errors.ts';
import { AppError } from '../lib/errors.ts';
import { uuidv7 } from '../lib/ids.ts';
import { type AuditActor, recordAudit } from '../tenancy/audit.ts';
import type { CatalogTx } from '../tenancy/catalog.ts';
import { notifyMembershipChanged } from '../tenancy/invalidation.ts';
import { requireServable, type Tenant, tenantNotFound } from '../tenancy/tenant.ts';
import { announceJoining, confirmJoining, settleDeparture } from './departures.ts';
import { hasVerifiedEmail } from './email-verification.ts';
import type { Identity, Origin } from './identity.ts';
import { isMember } from './is-member.ts';
import type { Person } from './profile-gateway.ts';
import { retry } from './retry.ts';
import type { Role } from './roles.ts';
import { userOrganizations } from './tables.ts';

export interface Membership {
  id: string;
  userId: string;
  organizationId: string;
  profileId: string;
  role: Role;
}

export interface NewMember {
  person: Person;
  tenant: Tenant;
  role: Role;
  /** Uses up the join code or invitation in the transaction of the membership. Throws when it is no longer valid. */
  claim?: (tx: CatalogTx) => Promise<void>;
  actor?: AuditActor;
}

/**
 * Makes a person a member: first the profile in the tenant, then the membership, so that every member has a profile. If
 * a later step fails, the profile is marked as departed, at once or by `settleDepartures`. Throws ALREADY_EXISTS for a
 * member.
 */
export async function addMember(identity: Identity, member: NewMember, origin: Origin): Promise<Membership> {
  const { person, tenant, role } = member;
  const { userId } = person;
  const organizationId = tenant.id;
  requireServable(tenant);
  if (await identity.catalog.read((db) => isMember(db, { organizationId, userId }))) throw alreadyMember();
  const joining = { ...person, role, emailVerified: await hasVerifiedEmail(identity.catalog, userId) };
  await announceJoining(identity, { organizationId, userId });
  try {
    const profileId = await retry(() => identity.profiles.join(tenant, joining));
    const membership = { id: uuidv7(), userId, organizationId, profileId, role };
    await identity.catalog.write(async (tx) => {
      await insertMembership(tx, membership, origin, member.actor);
      await confirmJoining(tx, membership);
      await member.claim?.(tx);
    });
    return membership;
  } catch (error) {
    await settleDeparture(identity, { organizationId, userId });
    if (isUniqueViolation(error, 'user_organizations_user_id_organization_id_key')) throw alreadyMember();
    throw error;
  }
}

/** The tenant to join. Throws TENANT_NOT_FOUND. */
export async function getTenant({ findTenant }: Identity, organizationId: string): Promise<Tenant> {
  const tenant = await findTenant(organizationId);
  if (!tenant) throw tenantNotFound();
  return tenant;
}

/** Writes a membership whose profile exists, with its notification and audit entry. */
export async function insertMembership(
  tx: CatalogTx,
  membership: Membership,
  origin: Origin,
  actor: AuditActor = { kind: 'USER', id: membership.userId },
): Promise<void> {
  const { userId, organizationId, role } = membership;
  await tx.insert(userOrganizations).values(membership);
  await notifyMembershipChanged(tx, organizationId, userId);
  const resource = { type: 'User', id: userId };
  await recordAudit(tx, { ...origin, actor, action: 'member.joined', organizationId, resource, metadata: { role } });
}

const alreadyMember = () => new AppError('ALREADY_EXISTS', 'This person is already a member');
