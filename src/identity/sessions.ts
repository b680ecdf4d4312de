import { randomBytes } from 'node:crypto';
import { and, eq, isNull, ne } from 'drizzle-orm';
import { later } from '../lib/clock.ts';
import { uuidv7 } from '../lib/ids.ts';
import type { CatalogTx } from '../tenancy/catalog.ts';
import { notifySessionChanged, notifyUserChanged } from '../tenancy/invalidation.ts';
import { requireVerifiedEmail } from './email-verification.ts';
import type { Identity, Origin } from './identity.ts';
import { formatRefreshToken } from './refresh-token.ts';
import { sessions, type users } from './tables.ts';
import type { Account } from './viewer.ts';

/** The tokens of a session, as sign-in, sign-up and refresh return them. */
export interface SignedIn {
  account: Account & { sessionId: string };
  /** The organization that the access token names. */
  organizationId: string | undefined;
  accessToken: string;
  accessTokenExpiresAt: Date;
  refreshToken: string;
  refreshTokenExpiresAt: Date;
}

/** A session that was just opened or refreshed, before its tokens are made. */
export interface OpenSession {
  id: string;
  organizationId: string | undefined;
  refreshToken: string;
  expiresAt: Date;
}

type RevocationReason = NonNullable<(typeof sessions.$inferSelect)['revokedReason']>;
type User = Pick<typeof users.$inferSelect, 'id' | 'email' | 'firstName' | 'lastName'>;

export const sealContext = (sessionId: string): string => `session:${sessionId}`;

/** Starts a session with its first refresh token. Throws EMAIL_NOT_VERIFIED. */
export async function openSession(
  identity: Identity,
  tx: CatalogTx,
  user: { userId: string; organizationId: string | undefined; deviceName: string | undefined },
  origin: Origin,
): Promise<OpenSession> {
  const { clock, seal, options } = identity;
  const now = clock();
  await requireVerifiedEmail(tx, user.userId);
  const id = uuidv7();
  const key = randomBytes(32).toString('base64url');
  const expiresAt = later(now, Math.min(options.sessionIdleMs, options.sessionMaxMs));
  await tx.insert(sessions).values({
    ...user,
    id,
    refreshKey: seal.seal(key, sealContext(id)),
    generation: 0,
    rotations: [],
    ipAddress: origin.ipAddress,
    createdAt: now,
    lastUsedAt: now,
    expiresAt,
  });
  return { id, organizationId: user.organizationId, refreshToken: formatRefreshToken(id, 0, key), expiresAt };
}

/** The result of a sign-in or refresh. Signs the access token, after the transaction. */
export async function signedIn(identity: Identity, user: User, session: OpenSession): Promise<SignedIn> {
  const { organizationId, refreshToken, expiresAt } = session;
  const claims = { userId: user.id, sessionId: session.id, organizationId };
  const access = await identity.accessTokens.issue(claims);
  const { id: userId, email, firstName, lastName } = user;
  return {
    account: { userId, email, firstName, lastName, sessionId: session.id },
    organizationId,
    accessToken: access.token,
    accessTokenExpiresAt: access.expiresAt,
    refreshToken,
    refreshTokenExpiresAt: expiresAt,
  };
}

/** Ends one session of a user; false when it had ended already. */
export async function revokeSession(
  tx: CatalogTx,
  session: { id: string; userId: string },
  reason: RevocationReason,
  now: Date,
): Promise<boolean> {
  const revoked = await tx
    .update(sessions)
    .set({ revokedAt: now, revokedReason: reason })
    .where(and(eq(sessions.id, session.id), eq(sessions.userId, session.userId), isNull(sessions.revokedAt)))
    .returning({ id: sessions.id });
  if (revoked.length > 0) await notifySessionChanged(tx, session.id);
  return revoked.length > 0;
}

/** Ends all sessions of a user except `keep`. */
export async function revokeSessions(
  tx: CatalogTx,
  userId: string,
  reason: RevocationReason,
  now: Date,
  keep?: string,
): Promise<void> {
  const others = keep === undefined ? undefined : ne(sessions.id, keep);
  await tx
    .update(sessions)
    .set({ revokedAt: now, revokedReason: reason })
    .where(and(eq(sessions.userId, userId), isNull(sessions.revokedAt), others));
  await notifyUserChanged(tx, userId);
}
