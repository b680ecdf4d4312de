import { and, eq, gt, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { AppError } from '../lib/errors.ts';
import { checkInput } from '../lib/input.ts';
import type { CatalogTx } from '../tenancy/catalog.ts';
import { addMember, getTenant, type Membership } from './add-member.ts';
import { countAttempts } from './attempts.ts';
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
  await countAttempts(catalog, clock(), [
    { bucket: 'join', subject: person.userId },
    { bucket: 'address', subject: origin.ipAddress },
  ]);
  const { id, organizationId, role } = await findInvitation(identity, token, person.email);
  const tenant = await getTenant(identity, organizationId);
  const claim = (tx: CatalogTx) => useInvitation(tx, id, person.userId, clock());
  return addMember(identity, { person, tenant, role, claim }, origin);
}

/** An open invitation of this address. Throws NOT_FOUND, FORBIDDEN. */
export async function findInvitation({ catalog, clock }: Identity, token: string, email: string) {
  const [found] = await catalog.read((db) =>
    db
      .select()
      .from(invitations)
      .where(and(eq(invitations.tokenHash, hashSecret(token)), usable(clock()))),
  );
  if (!found) throw unknownInvitation();
  if (found.email.toLowerCase() !== email.toLowerCase()) {
    throw new AppError('FORBIDDEN', 'This invitation is for another e-mail address');
  }
  return found;
}

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
  new AppError('NOT_FOUND', 'This invitation does not work (any more)', { field: 'input.token' });
