import { eq } from 'drizzle-orm';
import type { z } from 'zod';
import { badInput } from '../lib/errors.ts';
import { checkInput } from '../lib/input.ts';
import { recordAudit } from '../tenancy/audit.ts';
import { acceptInvitation, findInvitation } from './accept-invitation.ts';
import type { Membership } from './add-member.ts';
import { countAttempts } from './attempts.ts';
import { createOrganization } from './create-organization.ts';
import { createUser, createUserInput } from './create-user.ts';
import type { Identity, Origin } from './identity.ts';
import { label, newOrganization, newPassword, secret } from './inputs.ts';
import { findJoinCode, joinOrganization } from './join-organization.ts';
import type { Person } from './profile-gateway.ts';
import { openSession, type SignedIn, signedIn } from './sessions.ts';
import { users } from './tables.ts';

export const signUpInput = createUserInput.safeExtend({
  password: newPassword,
  deviceName: label.optional(),
  /** One of three: an organization to create ... */
  organization: newOrganization.optional(),
  /** ... or the code of one to join ... */
  joinCode: secret.optional(),
  /** ... or the token of an invitation to this address. */
  invitationToken: secret.optional(),
});

type SignUp = z.output<typeof signUpInput>;

/**
 * Makes an account, with an organization of its own or in one that it joins, and starts a session. A code or invitation
 * is looked at before anything is made. When the organization cannot be made or joined after all, so is the account not.
 * Throws BAD_INPUT, ALREADY_EXISTS, NOT_FOUND for a code or token that does not work, RATE_LIMITED.
 */
export async function signUp(
  identity: Identity,
  input: z.input<typeof signUpInput>,
  origin: Origin,
): Promise<SignedIn> {
  const { organization, joinCode, invitationToken, deviceName, ...person } = checkInput(signUpInput, input);
  const { catalog, clock } = identity;
  if ([organization, joinCode, invitationToken].filter((way) => way !== undefined).length !== 1) {
    throw badInput('Give one of organization, joinCode and invitationToken', 'input');
  }
  await countAttempts(catalog, clock(), [{ bucket: 'sign-up', subject: origin.ipAddress }]);
  if (joinCode) await findJoinCode(identity, joinCode);
  if (invitationToken) await findInvitation(identity, invitationToken, person.email);
  const user = await createUser(identity, person, origin);
  const membership = await enter(identity, user, { organization, joinCode, invitationToken }, origin);
  const { userId } = user;
  const session = await catalog.write(async (tx) => {
    await recordAudit(tx, { ...origin, actor: { kind: 'USER', id: userId }, action: 'user.signed-up' });
    return openSession(identity, tx, { userId, organizationId: membership.organizationId, deviceName }, origin);
  });
  return signedIn(identity, { ...user, id: userId }, session);
}

async function enter(
  identity: Identity,
  user: Person,
  way: Pick<SignUp, 'organization' | 'joinCode' | 'invitationToken'>,
  origin: Origin,
): Promise<Membership> {
  try {
    if (way.organization) return await createOrganization(identity, user, way.organization, origin);
    if (way.joinCode) return await joinOrganization(identity, user, { code: way.joinCode }, origin);
    return await acceptInvitation(identity, user, { token: way.invitationToken! }, origin);
  } catch (error) {
    // A second try must find the address free; what is left of the first one is withdrawn.
    await identity.catalog.write((tx) => tx.delete(users).where(eq(users.id, user.userId)));
    throw error;
  }
}
