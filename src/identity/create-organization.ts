import { z } from 'zod';
import { AppError, mapErrorFields } from '../lib/errors.ts';
import { uuidv7 } from '../lib/ids.ts';
import { checkInput } from '../lib/input.ts';
import { insertMembership, type Membership } from './add-member.ts';
import { countAttempts } from './attempts.ts';
import { hasVerifiedEmail } from './email-verification.ts';
import type { Identity, Origin } from './identity.ts';
import { wantedOrganization } from './inputs.ts';
import type { Person } from './profile-gateway.ts';

/** Settings of an organization that are not given. */
const defaults = { timeZone: 'UTC', locale: 'en', currency: 'EUR' };
/** The shape of the client's input, so that paths in `issues` match it. */
const input = z.object({ organization: wantedOrganization });

/**
 * Creates an organization with its own tenant, and makes the person its owner. The profile is made before the tenant is
 * served, the membership in the transaction that activates it. Throws BAD_INPUT, ALREADY_EXISTS, RATE_LIMITED, and
 * SIGN_UP_CLOSED where only operators create organizations.
 */
export async function createOrganization(
  identity: Identity,
  person: Person,
  wanted: z.input<typeof wantedOrganization>,
  origin: Origin,
): Promise<Membership> {
  const { organization } = checkInput(input, { organization: wanted });
  const { catalog, clock, lifecycle, profiles, options } = identity;
  const { userId } = person;
  if (options.signUp !== 'open') throw new AppError('SIGN_UP_CLOSED', 'Only operators can create organizations here');
  await countAttempts(catalog, clock(), [
    { bucket: 'organization', subject: userId },
    { bucket: 'organizations of an address', subject: origin.ipAddress, perDay: options.organizationsPerAddress },
  ]);
  const emailVerified = await hasVerifiedEmail(catalog, userId);
  const membership: Membership = { id: uuidv7(), userId, organizationId: '', profileId: '', role: 'OWNER' };
  const creating = lifecycle.create(
    { ...defaults, ...organization },
    {
      actor: { kind: 'USER', id: userId },
      prepare: async (tenant) => {
        membership.profileId = await profiles.join(tenant, { ...person, emailVerified, role: 'OWNER' });
      },
      activate: (tx, { id }) => insertMembership(tx, { ...membership, organizationId: id }, origin),
    },
  );
  const tenant = await mapErrorFields({ 'input.slug': 'input.organization.slug' }, creating);
  return { ...membership, organizationId: tenant.id };
}
