import { and, eq, gt, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { AppError } from '../lib/errors.ts';
import { checkInput } from '../lib/input.ts';
import type { By } from '../tenancy/audit.ts';
import type { CatalogTx } from '../tenancy/catalog.ts';
import { addMember, getTenant, type Membership } from './add-member.ts';
import { type Attempt, countAttempts, forgiveAttempts } from './attempts.ts';
import { recordVerifiedEmail } from './email-verification.ts';
import type { Identity, Origin } from './identity.ts';
import { secret } from './inputs.ts';
import type { Person } from './profile-gateway.ts';
import { hashSecret } from './secret-token.ts';
import { organizationInvitations as invitations } from './tables.ts';

export const acceptInvitationInput = z.object({ token: secret });

/**
 * Makes the person a member, by the token of an invitation to their own address. Throws NOT_FOUND for a token that is
 * unknown, used, revoked or expired, FORBIDDEN for an invitation of another address, RATE_LIMITED.
 */
export async function acceptInvitation(
  identity: Identity,
  person: Person,
  input: z.input<typeof acceptInvitationInput>,
  origin: Origin,
): Promise<Membership> {
  const { token } = checkInput(acceptInvitationInput, input);
  const { catalog, clock } = identity;
  const attempts: Attempt[] = [
    { bucket: 'join', subject: person.userId },
    { bucket: 'address', subject: origin.ipAddress },
  ];
  await countAttempts(catalog, clock(), attempts);
  const by = { ...origin, actor: { kind: 'USER', id: person.userId } } as const;
  const { id, organizationId, role } = await findInvitation(identity, { token, email: person.email }, by);
  const tenant = await getTenant(identity, organizationId);
  // The token was mailed to the address, so having it proves that the address is theirs
  await catalog.write((tx) => recordVerifiedEmail(tx, person.userId, clock()));
  const claim = async (tx: CatalogTx) => {
    await useInvitation(tx, id, person.userId, clock());
    await forgiveAttempts(tx, attempts);
  };
  return addMember(identity, { person, tenant, role, claim }, origin);
}

/** An open invitation of this address. Throws NOT_FOUND, which it audits, and FORBIDDEN. */
export async function findInvitation(identity: Identity, { token, email }: { token: string; email: string }, by: By) {
  const { catalog, clock, refusals } = identity;
  const [found] = await catalog.read((db) => db.select().from(invitations).where(openInvitation(token, clock())));
  if (!found) {
    await refusals.record({ ...by, action: 'invitation.refused' });
    throw unknownInvitation();
  }
  if (found.email.toLowerCase() !== email.toLowerCase()) {
    throw new AppError('FORBIDDEN', 'This invitation is for another e-mail address');
  }
  return found;
}

/** The condition that finds the invitation of a token while it can be accepted. */
export const openInvitation = (token: string, now: Date) =>
  and(eq(invitations.tokenHash, hashSecret(token)), usable(now));

async function useInvitation(tx: CatalogTx, id: string, userId: string, now: Date): Promise<void> {
  const used = await tx
    .update(invitations)
    .set({ acceptedAt: now, acceptedBy: userId })
    .where(and(eq(invitations.id, id), usable(now)))
    .returning({ id: invitations.id });
  if (used.length === 0) throw unknownInvitation();
}

const usable = (now: Date) =>
  and(isNull(invitations.acceptedAt), isNull(invitations.revokedAt), gt(invitations.expiresAt, now));

const unknownInvitation = () =>
  new AppError('NOT_FOUND', 'This invitation is no longer valid', { field: 'input.token' });
