import { and, eq } from 'drizzle-orm';
import { isUniqueViolation } from '../db/pg-errors.ts';
import { AppError } from '../lib/errors.ts';
import { uuidv7 } from '../lib/ids.ts';
import type { AuditActor } from '../tenancy/audit.ts';
import { recordAudit } from '../tenancy/audit.ts';
import type { CatalogTx } from '../tenancy/catalog.ts';
import { notifyMembershipChanged } from '../tenancy/invalidation.ts';
import { requireServable, type Tenant, tenantNotFound } from '../tenancy/tenant.ts';
import type { Identity, Origin } from './identity.ts';
import type { Person } from './profile-gateway.ts';
import { retry } from './retry.ts';
import type { Role } from './roles.ts';
import { departures, userOrganizations } from './tables.ts';

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
  /** Uses up what entitles the person to join (a code, an invitation), in the membership's transaction; may refuse. */
  claim?: (tx: CatalogTx) => Promise<void>;
  actor?: AuditActor;
}

/**
 * Makes a person a member: the profile in the tenant first, then the membership, so that no member is ever without a
 * profile. A failure between the two leaves a departed profile at worst, which the next try revives.
 * Throws ALREADY_EXISTS for who is a member.
 */
export async function addMember(identity: Identity, member: NewMember, origin: Origin): Promise<Membership> {
  const { catalog, profiles } = identity;
  const { person, tenant } = member;
  requireServable(tenant);
  await cancelDeparture(identity, tenant.id, person.userId);
  const profileId = await retry(() => profiles.join(tenant, person));
  const membership = { id: uuidv7(), userId: person.userId, organizationId: tenant.id, profileId, role: member.role };
  try {
    await catalog.write((tx) => insertMembership(tx, membership, member, origin));
  } catch (error) {
    await withdrawProfile(identity, tenant, membership);
    if (isUniqueViolation(error, 'user_organizations_user_id_organization_id_key')) throw alreadyMember();
    throw error;
  }
  return membership;
}

/** The tenant to join. Throws TENANT_NOT_FOUND. */
export async function getTenant({ findTenant }: Identity, organizationId: string): Promise<Tenant> {
  const tenant = await findTenant(organizationId);
  if (!tenant) throw tenantNotFound();
  return tenant;
}

/** Whether the user is a member; asked before anything is made, so that a second try costs nothing. */
export async function requireNoMembership(
  { catalog }: Identity,
  userId: string,
  organizationId: string,
): Promise<void> {
  if (await hasMembership(catalog, userId, organizationId)) throw alreadyMember();
}

async function insertMembership(
  tx: CatalogTx,
  membership: Membership,
  member: NewMember,
  origin: Origin,
): Promise<void> {
  const { userId, organizationId, role } = membership;
  await tx.insert(userOrganizations).values(membership);
  await member.claim?.(tx);
  await notifyMembershipChanged(tx, organizationId, userId);
  await recordAudit(tx, {
    ...origin,
    actor: member.actor ?? { kind: 'USER', id: userId },
    action: 'member.joined',
    organizationId,
    resource: { type: 'User', id: userId },
    metadata: { role },
  });
}

/** A departure still to be told would undo the profile that is made next; waits for one that is being told. */
async function cancelDeparture({ catalog }: Identity, organizationId: string, userId: string): Promise<void> {
  await catalog.write(async (tx) => {
    await tx
      .delete(departures)
      .where(and(eq(departures.organizationId, organizationId), eq(departures.userId, userId)));
  });
}

/** Takes the profile back when the membership was refused, unless another request has made the person a member. */
async function withdrawProfile(identity: Identity, tenant: Tenant, { userId, profileId }: Membership): Promise<void> {
  const { catalog, profiles, logger } = identity;
  try {
    if (await hasMembership(catalog, userId, tenant.id)) return;
    await profiles.leave(tenant, { userId, profileId });
  } catch (error) {
    logger.warn({ error, organizationId: tenant.id, profileId }, 'the profile of a refused member was not withdrawn');
  }
}

const hasMembership = async (
  catalog: Identity['catalog'],
  userId: string,
  organizationId: string,
): Promise<boolean> => {
  const mine = and(eq(userOrganizations.userId, userId), eq(userOrganizations.organizationId, organizationId));
  return (await catalog.read((db) => db.$count(userOrganizations, mine))) > 0;
};

const alreadyMember = () => new AppError('ALREADY_EXISTS', 'This person is a member already');
