import { eq } from 'drizzle-orm';
import { AppError } from '../lib/errors.ts';
import { recordAudit } from '../tenancy/audit.ts';
import type { CatalogTx } from '../tenancy/catalog.ts';
import type { Identity, Origin } from './identity.ts';
import { isAuthentic, parseRefreshToken } from './refresh-token.ts';
import { revokeSession, revokeSessions, sealContext } from './sessions.ts';
import { sessions } from './tables.ts';

/** The session to end: the caller's, or that of a refresh token when the access token has expired. */
export interface SignOutRequest {
  account?: { userId: string; sessionId?: string | undefined } | undefined;
  refreshToken?: string | undefined;
  /** Every session of the user, on all devices. */
  everywhere?: boolean;
}

/** The session to end, and whether the credential may also end the user's other sessions. */
interface Ending {
  id: string | undefined;
  userId: string;
  isLive(now: Date): boolean;
}

/**
 * Ends the session; does nothing for an ended session or an invalid token. `everywhere` ends all sessions of the user,
 * and needs an access token or the newest refresh token of an open session. Throws SESSION_REVOKED otherwise.
 */
export async function signOut(identity: Identity, request: SignOutRequest, origin: Origin): Promise<void> {
  const refused = await identity.catalog.write(async (tx) => {
    const now = identity.clock();
    const session = await sessionOf(identity, tx, request);
    if (request.everywhere && !session?.isLive(now)) return { userId: session?.userId };
    if (!session) return undefined;
    if (request.everywhere) await revokeSessions(tx, session.userId, 'SIGNED_OUT', now);
    else if (session.id) await revokeSession(tx, { id: session.id, userId: session.userId }, 'SIGNED_OUT', now);
    await recordAudit(tx, {
      ...origin,
      actor: { kind: 'USER', id: session.userId },
      action: request.everywhere ? 'user.signed-out-everywhere' : 'user.signed-out',
    });
    return undefined;
  });
  if (!refused) return;
  const { userId } = refused;
  await identity.refusals.record({
    ...origin,
    actor: { kind: 'SYSTEM' },
    action: 'user.sign-out-refused',
    ...(userId && { resource: { type: 'User', id: userId } }),
  });
  throw ended();
}

async function sessionOf(
  { seal }: Identity,
  tx: CatalogTx,
  { account, refreshToken }: SignOutRequest,
): Promise<Ending | undefined> {
  if (account) return { id: account.sessionId, userId: account.userId, isLive: () => true };
  const token = refreshToken === undefined ? undefined : parseRefreshToken(refreshToken);
  if (!token) return undefined;
  const [session] = await tx.select().from(sessions).where(eq(sessions.id, token.sessionId));
  if (!session || !isAuthentic(token, seal.open(session.refreshKey, sealContext(session.id)))) return undefined;
  const { id, userId, generation, revokedAt, expiresAt } = session;
  return { id, userId, isLive: (now) => revokedAt === null && expiresAt > now && generation === token.generation };
}

const ended = () => new AppError('SESSION_REVOKED', 'This session has ended: sign in again');
