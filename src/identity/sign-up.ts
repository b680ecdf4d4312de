import type { z } from 'zod';
import { AppError, badInput, mapErrorFields } from '../lib/errors.ts';
import { checkInput } from '../lib/input.ts';
import { acceptInvitation, findInvitation } from './accept-invitation.ts';
import { countAttempts } from './attempts.ts';
import { createUserInput } from './create-user.ts';
import type { Identity, Origin } from './identity.ts';
import { label, newPassword, secret, wantedOrganization } from './inputs.ts';
import { openAccount } from './open-account.ts';
import { requestSignUp } from './request-sign-up.ts';
import type { SignedIn } from './sessions.ts';

export const signUpInput = createUserInput.safeExtend({
  password: newPassword,
  deviceName: label.optional(),
  /** One of three: an organization to create ... */
  organization: wantedOrganization.optional(),
  /** ... or the code of one to join ... */
  joinCode: secret.optional(),
  /** ... or the token of an invitation to this address. */
  invitationToken: secret.optional(),
});

/**
 * Creates an account. An invitation was mailed to its address and so proves it: the account is made at once, joins, and
 * gets a session. Otherwise a link is mailed and the result is undefined; `verifyEmail` then creates the account, and
 * creates or joins the organization. If the address has an account, answer and work are the same, and a mail tells its
 * holder. Throws BAD_INPUT, NOT_FOUND for an invalid code or token, SIGN_UP_CLOSED, RATE_LIMITED; ALREADY_EXISTS for a
 * slug that is taken, and for an invitation whose address has an account.
 */
export async function signUp(
  identity: Identity,
  input: z.input<typeof signUpInput>,
  origin: Origin,
): Promise<SignedIn | undefined> {
  const { organization, joinCode, invitationToken, deviceName, ...person } = checkInput(signUpInput, input);
  const ways = Object.entries({ organization, joinCode, invitationToken }).filter(([, way]) => way !== undefined);
  if (ways.length !== 1) {
    const [superfluous = 'organization'] = ways.at(-1) ?? [];
    throw badInput('Give exactly one of organization, joinCode and invitationToken', `input.${superfluous}`);
  }
  requireSignUp(identity, invitationToken !== undefined);
  await countAttempts(identity.catalog, identity.clock(), [
    { bucket: 'sign-ups of an address', subject: origin.ipAddress, perDay: identity.options.signUpsPerAddress },
  ]);
  if (organization) return requestSignUp(identity, person, { organization }, origin);
  if (joinCode) return requestSignUp(identity, person, { joinCode }, origin);
  const invited = signUpInvited(identity, { person, deviceName, token: invitationToken! }, origin);
  return mapErrorFields({ 'input.token': 'input.invitationToken' }, invited);
}

interface Invited {
  person: z.output<typeof createUserInput> & { password: string };
  deviceName: string | undefined;
  token: string;
}

async function signUpInvited(identity: Identity, { person, deviceName, token }: Invited, origin: Origin) {
  await findInvitation(identity, { token, email: person.email }, { ...origin, actor: { kind: 'SYSTEM' } });
  const { password, ...named } = person;
  const passwordHash = await identity.passwords.hash(password);
  const enter = (made: { userId: string; email: string; firstName: string; lastName: string }) =>
    acceptInvitation(identity, made, { token }, origin);
  return openAccount(identity, { person: named, passwordHash, deviceName, enter }, origin);
}

/** Throws SIGN_UP_CLOSED. */
function requireSignUp({ options: { signUp } }: Identity, isInvited: boolean): void {
  if (signUp === 'open' || (signUp === 'invite' && isInvited)) return;
  const message = signUp === 'invite' ? 'Only people with an invitation can sign up' : 'Nobody can sign up here';
  throw new AppError('SIGN_UP_CLOSED', message);
}
