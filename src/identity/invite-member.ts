import { and, eq, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import { later } from '../lib/clock.ts';
import { AppError, notFound } from '../lib/errors.ts';
import { uuidv7 } from '../lib/ids.ts';
import { checkInput } from '../lib/input.ts';
import { languageOf } from '../lib/language.ts';
import { invitationMail } from '../mail/messages.ts';
import { type By, recordAudit } from '../tenancy/audit.ts';
import type { CatalogTx } from '../tenancy/catalog.ts';
import type { Tenant } from '../tenancy/tenant.ts';
import { getTenant } from './add-member.ts';
import { countAttemptsIn } from './attempts.ts';
import { requireRoleChange } from './authority.ts';
import { type Identity, type Origin, sendLater } from './identity.ts';
import { email, role } from './inputs.ts';
import type { Role } from './roles.ts';
import { hashSecret, newSecret } from './secret-token.ts';
import { organizationInvitations as invitations, userOrganizations, users } from './tables.ts';
import { actorOf, requirePermission, type Viewer } from './viewer.ts';

const validForMs = 14 * 24 * 60 * 60_000;

export type Invitation = Omit<typeof invitations.$inferSelect, 'tokenHash'>;

export const inviteMemberInput = z.object({ email, role });

/**
 * Mails an invitation to the viewer's organization, with a link that works once. It replaces an open invitation of the
 * address. Throws FORBIDDEN unless the viewer manages members and holds all permissions of the role, ALREADY_EXISTS for
 * a member's address, RATE_LIMITED.
 */
export async function inviteMember(
  identity: Identity,
  viewer: Viewer,
  input: z.input<typeof inviteMemberInput>,
  origin: Origin,
): Promise<Invitation> {
  const { email, role } = checkInput(inviteMemberInput, input);
  const { organizationId, userId } = viewer;
  const tenant = await getTenant(identity, organizationId);
  const token = newSecret();
  const invitation = await identity.catalog.write(async (tx) => {
    await requireRoleChange(tx, viewer, undefined, role);
    await countAttemptsIn(tx, identity.clock(), [{ bucket: 'invite', subject: userId }]);
    const by = { ...origin, actor: actorOf(viewer) };
    return await insertInvitation(
      tx,
      { organizationId, email, role, token, invitedBy: userId, now: identity.clock() },
      by,
    );
  });
  sendInvitation(identity, { to: email, token, tenant, from: `${viewer.firstName} ${viewer.lastName}` });
  return invitation;
}

/**
 * The same by an operator, who may give any role and also gets the link. Anybody who has the link can use it, so it
 * must reach only the holder of the address. Throws ALREADY_EXISTS for a member's address.
 */
export async function inviteByOperator(
  identity: Identity,
  { tenant, ...input }: z.input<typeof inviteMemberInput> & { tenant: Tenant },
  by: By,
): Promise<{ invitation: Invitation; link: string }> {
  const { email, role } = checkInput(inviteMemberInput, input);
  const token = newSecret();
  const invitation = await identity.catalog.write((tx) => {
    const values = { organizationId: tenant.id, email, role, token, invitedBy: null, now: identity.clock() };
    return insertInvitation(tx, values, by);
  });
  return { invitation, link: sendInvitation(identity, { to: email, token, tenant, from: undefined }) };
}

/** Mails the link, and returns it. */
function sendInvitation(
  identity: Identity,
  { to, token, tenant, from }: { to: string; token: string; tenant: Tenant; from: string | undefined },
): string {
  const link = identity.options.links.acceptInvitation(token);
  const language = languageOf(tenant.locale);
  sendLater(identity, invitationMail({ to, language, link, validForMs, organization: tenant.name, from }));
  return link;
}

interface NewInvitation {
  organizationId: string;
  email: string;
  role: Role;
  token: string;
  invitedBy: string | null;
  now: Date;
}

async function insertInvitation(tx: CatalogTx, wanted: NewInvitation, by: By): Promise<Invitation> {
  const { token, now, ...values } = wanted;
  const { organizationId, email, role } = values;
  await requireNoMember(tx, organizationId, email);
  const open = and(eq(invitations.organizationId, organizationId), eq(sql`lower(${invitations.email})`, email), isOpen);
  await tx.update(invitations).set({ revokedAt: now }).where(open);
  const [inserted] = await tx
    .insert(invitations)
    .values({
      ...values,
      id: uuidv7(),
      createdAt: now,
      tokenHash: hashSecret(token),
      expiresAt: later(now, validForMs),
    })
    .returning();
  const { tokenHash, ...invitation } = inserted!;
  await recordAudit(tx, {
    ...by,
    action: 'member.invited',
    organizationId,
    resource: { type: 'Invitation', id: invitation.id },
    metadata: { email, role },
  });
  return invitation;
}

/** Revokes an open invitation of the viewer's organization. Throws FORBIDDEN, NOT_FOUND. */
export async function revokeInvitation(
  { catalog, clock }: Identity,
  viewer: Viewer,
  invitationId: string,
  origin: Origin,
): Promise<void> {
  requirePermission(viewer, 'member:manage');
  const { organizationId } = viewer;
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
      actor: actorOf(viewer),
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
  if (member) throw new AppError('ALREADY_EXISTS', 'This person is already a member', { field: 'input.email' });
}
