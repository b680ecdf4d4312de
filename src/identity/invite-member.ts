import { and, eq, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import { later } from '../lib/clock.ts';
import { AppError, notFound } from '../lib/errors.ts';
import { uuidv7 } from '../lib/ids.ts';
import { checkInput } from '../lib/input.ts';
import { languageOf } from '../lib/language.ts';
import { invitationMail } from '../mail/messages.ts';
import { recordAudit } from '../tenancy/audit.ts';
import type { CatalogTx } from '../tenancy/catalog.ts';
import { getTenant } from './add-member.ts';
import { type Identity, type Origin, sendLater } from './identity.ts';
import { email, role } from './inputs.ts';
import { requireRoleChange } from './policy.ts';
import { hashSecret, newSecret } from './secret-token.ts';
import { organizationInvitations as invitations, userOrganizations, users } from './tables.ts';
import { requirePermission, type Viewer } from './viewer.ts';

const validForMs = 14 * 24 * 60 * 60_000;

export type Invitation = Omit<typeof invitations.$inferSelect, 'tokenHash'>;

export const inviteMemberInput = z.object({ email, role });

/**
 * Invites an address to the viewer's organization, by a link that works once. An earlier open invitation of the address
 * ends. Throws FORBIDDEN, and ALREADY_EXISTS for a member's address.
 */
export async function inviteMember(
  identity: Identity,
  viewer: Viewer,
  input: z.input<typeof inviteMemberInput>,
  origin: Origin,
): Promise<Invitation> {
  const { email, role } = checkInput(inviteMemberInput, input);
  requireRoleChange(viewer, undefined, role);
  const { catalog, clock, options } = identity;
  const { organizationId, userId } = viewer;
  const tenant = await getTenant(identity, organizationId);
  const token = newSecret();
  const now = clock();
  const invitation = await catalog.write(async (tx) => {
    await requireNoMember(tx, organizationId, email);
    const open = and(
      eq(invitations.organizationId, organizationId),
      eq(sql`lower(${invitations.email})`, email),
      isOpen,
    );
    await tx.update(invitations).set({ revokedAt: now }).where(open);
    const row = { id: uuidv7(), organizationId, email, role, invitedBy: userId, createdAt: now };
    const values = { ...row, tokenHash: hashSecret(token), expiresAt: later(now, validForMs) };
    const [invitation] = await tx.insert(invitations).values(values).returning();
    await recordAudit(tx, {
      ...origin,
      actor: { kind: 'USER', id: userId },
      action: 'member.invited',
      organizationId,
      resource: { type: 'Invitation', id: row.id },
      metadata: { email, role },
    });
    return invitation!;
  });
  const mail = invitationMail({
    to: email,
    language: languageOf(tenant.locale),
    link: options.links.acceptInvitation(token),
    validForMs,
    organization: tenant.name,
    from: `${viewer.firstName} ${viewer.lastName}`,
  });
  sendLater(identity, mail);
  return invitation;
}

/** Ends an open invitation of the viewer's organization. Throws NOT_FOUND. */
export async function revokeInvitation(
  { catalog, clock }: Identity,
  viewer: Viewer,
  invitationId: string,
  origin: Origin,
): Promise<void> {
  requirePermission(viewer, 'member:manage');
  const { organizationId, userId } = viewer;
  const mine = and(eq(invitations.id, invitationId), eq(invitations.organizationId, organizationId), isOpen);
  await catalog.write(async (tx) => {
    const revoked = await tx
      .update(invitations)
      .set({ revokedAt: clock() })
      .where(mine)
      .returning({ id: invitations.id });
    if (revoked.length === 0) throw notFound('Invitation');
    await recordAudit(tx, {
      ...origin,
      actor: { kind: 'USER', id: userId },
      action: 'invitation.revoked',
      organizationId,
      resource: { type: 'Invitation', id: invitationId },
    });
  });
}

const isOpen = and(isNull(invitations.acceptedAt), isNull(invitations.revokedAt));

async function requireNoMember(tx: CatalogTx, organizationId: string, email: string): Promise<void> {
  const [member] = await tx
    .select({ id: userOrganizations.id })
    .from(userOrganizations)
    .innerJoin(users, eq(users.id, userOrganizations.userId))
    .where(and(eq(userOrganizations.organizationId, organizationId), eq(sql`lower(${users.email})`, email)));
  if (member) throw new AppError('ALREADY_EXISTS', 'This person is a member already', { field: 'input.email' });
}
