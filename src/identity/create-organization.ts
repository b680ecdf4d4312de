import type { z } from 'zod';
import { checkInput } from '../lib/input.ts';
import { addMember, type Membership } from './add-member.ts';
import { countAttempts } from './attempts.ts';
import type { Identity, Origin } from './identity.ts';
import { newOrganization } from './inputs.ts';
import type { Person } from './profile-gateway.ts';

/** Makes an organization with a tenant of its own, and the person its owner. Throws BAD_INPUT, ALREADY_EXISTS, RATE_LIMITED. */
export async function createOrganization(
  identity: Identity,
  person: Person,
  input: z.input<typeof newOrganization>,
  origin: Origin,
): Promise<Membership> {
  const organization = checkInput(newOrganization, input);
  await countAttempts(identity.catalog, identity.clock(), [{ bucket: 'organization', subject: person.userId }]);
  const tenant = await identity.provisionTenant(organization);
  return addMember(identity, { person, tenant, role: 'OWNER' }, origin);
}
