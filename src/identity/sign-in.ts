import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { AppError } from '../lib/errors.ts';
import { checkInput } from '../lib/input.ts';
import { recordAudit } from '../tenancy/audit.ts';
import { organizations } from '../tenancy/tables.ts';
import { findUserByEmail, type User } from './find-user.ts';
import type { Identity, Origin } from './identity.ts';
import { email, knownPassword, label, secret, uuid } from './inputs.ts';
import { openSession, type SignedIn, signedIn } from './sessions.ts';
import { countSignIn, forgiveSignIn, type SignInTry } from './sign-in-limits.ts';
import { userOrganizations, users } from './tables.ts';

export const signInInput = z.object({
  email,
  password: knownPassword,
  /**
   * The organization to work in. Default: the user's only active organization; with several, none until one is chosen.
   */
  organizationId: uuid.optional(),
  /** What the user calls the device, shown in the list of sessions. */
  deviceName: label.optional(),
  /** A refresh token that the device still stores, valid or not: it shows that the device was signed in before. */
  previousRefreshToken: secret.optional(),
});

/**
 * Starts a session with a password. An unknown address takes the same work and gets the same answer. Throws
 * INVALID_CREDENTIALS, RATE_LIMITED, EMAIL_NOT_VERIFIED (after the right password) for an address that is not proven,
 * and FORBIDDEN for an organization that the user does not belong to.
 */
export async function signIn(
  identity: Identity,
  input: z.input<typeof signInInput>,
  origin: Origin,
): Promise<SignedIn> {
  const { email, password, organizationId, deviceName, previousRefreshToken } = checkInput(signInInput, input);
  const { catalog, passwords } = identity;
  const tried: SignInTry = { email, origin, refreshToken: previousRefreshToken };
  await countSignIn(identity, tried).catch((error: unknown) => limited(identity, email, origin, error));
  const user = await catalog.read((db) => findUserByEmail(db, email));
  const matches = await passwords.verify(password, user?.passwordHash);
  if (!user || !matches || user.disabledAt) return refuse(identity, user, email, origin);
  const chosen = await chooseOrganization(identity, user.id, organizationId);
  const rehashed = passwords.needsRehash(user.passwordHash!) ? await passwords.hash(password) : undefined;
  const session = await catalog.write(async (tx) => {
    if (rehashed) await tx.update(users).set({ passwordHash: rehashed }).where(eq(users.id, user.id));
    await forgiveSignIn(tx, tried);
    await recordAudit(tx, { ...origin, actor: { kind: 'USER', id: user.id }, action: 'user.signed-in' });
    return openSession(identity, tx, { userId: user.id, organizationId: chosen, deviceName }, origin);
  });
  return signedIn(identity, user, session);
}

async function refuse(identity: Identity, user: User | undefined, email: string, origin: Origin): Promise<never> {
  await identity.refusals.record({
    ...origin,
    actor: { kind: 'SYSTEM' },
    action: 'user.sign-in-refused',
    // Always present, so that the statement is the same for unknown addresses
    resource: { type: 'User', id: user?.id ?? 'unknown' },
    metadata: { email },
  });
  throw new AppError('INVALID_CREDENTIALS', 'The e-mail address or the password is wrong');
}

async function limited(identity: Identity, email: string, origin: Origin, error: unknown): Promise<never> {
  if (error instanceof AppError && error.code === 'RATE_LIMITED') {
    const actor = { kind: 'SYSTEM' } as const;
    await identity.refusals.record({ ...origin, actor, action: 'user.sign-in-limited', metadata: { email } });
  }
  throw error;
}

/**
 * The requested organization, after checking the membership; otherwise the user's only active one, if there is exactly
 * one.
 */
async function chooseOrganization(
  { catalog }: Identity,
  userId: string,
  asked: string | undefined,
): Promise<string | undefined> {
  const belongsTo = await catalog.read((db) =>
    db
      .select({ id: organizations.id, status: organizations.status })
      .from(userOrganizations)
      .innerJoin(organizations, eq(organizations.id, userOrganizations.organizationId))
      .where(and(eq(userOrganizations.userId, userId), asked ? eq(organizations.id, asked) : undefined)),
  );
  if (asked && belongsTo.length === 0) throw new AppError('FORBIDDEN', 'You are not a member of this organization');
  const active = belongsTo.filter(({ status }) => status === 'ACTIVE');
  return asked ?? (active.length === 1 ? active[0]!.id : undefined);
}
