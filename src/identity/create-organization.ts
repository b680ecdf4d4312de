import type { z } from 'zod';
import { uuidv7 } from '../lib/ids.ts';
import { checkInput } from '../lib/input.ts';
import { insertMembership, type Membership } from './add-member.ts';
import { countAttempts } from './attempts.ts';
import type { Identity, Origin } from './identity.ts';
import { newOrganization } from './inputs.ts';
import type { Person } from './profile-gateway.ts';

/** What an organization gets that says nothing else. */
const defaults = { timeZone: 'UTC', locale: 'en', currency: 'EUR' };

/**
 * Makes an organization with a tenant of its own, and the person its owner: the profile before anybody is served, the
 * membership in the transaction that makes the organization active. Throws BAD_INPUT, ALREADY_EXISTS, RATE_LIMITED.
 */
export async function createOrganization(
  identity: Identity,
  person: Person,
  input: z.input<typeof newOrganization>,
  origin: Origin,
): Promise<Membership> {
  const organization = checkInput(newOrganization, input);
  const { catalog, clock, lifecycle, profiles } = identity;
  const { userId } = person;
  await countAttempts(catalog, clock(), [{ bucket: 'organization', subject: userId }]);
  const membership: Membership = { id: uuidv7(), userId, organizationId: '', profileId: '', role: 'OWNER' };
  const tenant = await lifecycle.create(
    { ...defaults, ...organization },
    {
      actor: { kind: 'USER', id: userId },
      prepare: async (tenant) => {
        membership.profileId = await profiles.join(tenant, person);
      },
      activate: (tx, { id }) => insertMembership(tx, { ...membership, organizationId: id }, origin),
    },
  );
  return { ...membership, organizationId: tenant.id };
}
