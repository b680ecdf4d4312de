import { and, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { checkInput } from '../lib/input.ts';
import { organizations } from '../tenancy/tables.ts';
import { openInvitation } from './accept-invitation.ts';
import { type Attempt, countAttempts, forgiveAttempts } from './attempts.ts';
import type { Identity, Origin } from './identity.ts';
import { secret } from './inputs.ts';
import type { Role } from './roles.ts';
import { organizationInvitations as invitations, users } from './tables.ts';

/** The invitation as its holder sees it before accepting. */
export interface InvitationPreview {
  email: string;
  role: Role;
  organizationName: string;
  expiresAt: Date;
  /** Whether the address has an account to sign in with; otherwise its holder signs up. */
  hasAccount: boolean;
}

/**
 * An open invitation by its token, for the page that its link opens; undefined when there is none. It may reveal
 * whether the address has an account, since the token was mailed to that address. Throws RATE_LIMITED.
 */
export async function previewInvitation(
  identity: Identity,
  input: { token: string },
  origin: Origin,
): Promise<InvitationPreview | undefined> {
  const { token } = checkInput(z.object({ token: secret }), input);
  const { catalog, clock, refusals } = identity;
  const attempts: Attempt[] = [{ bucket: 'address', subject: origin.ipAddress }];
  await countAttempts(catalog, clock(), attempts);
  const { email, role, expiresAt } = invitations;
  const invitation = await catalog.write(async (tx) => {
    const [found] = await tx
      .select({
        email,
        role,
        expiresAt,
        organizationName: organizations.name,
        hasAccount: sql<boolean>`${users.id} is not null`,
      })
      .from(invitations)
      .innerJoin(organizations, eq(organizations.id, invitations.organizationId))
      .leftJoin(users, eq(sql`lower(${users.email})`, sql`lower(${email})`))
      .where(and(openInvitation(token, clock())));
    if (found) await forgiveAttempts(tx, attempts);
    return found;
  });
  if (!invitation) await refusals.record({ ...origin, actor: { kind: 'SYSTEM' }, action: 'invitation.refused' });
  return invitation;
}
