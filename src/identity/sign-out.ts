import { eq } from 'drizzle-orm';
import { recordAudit } from '../tenancy/audit.ts';
import type { CatalogTx } from '../tenancy/catalog.ts';
import type { Identity, Origin } from './identity.ts';
import { isAuthentic, parseRefreshToken } from './refresh-token.ts';
import { revokeSession, revokeSessions, sealContext } from './sessions.ts';
import { sessions } from './tables.ts';

/** Whose session to end: the caller's, or the one of a refresh token when the access token has expired. */
export interface SignOutRequest {
  account?: { userId: string; sessionId?: string | undefined } | undefined;
  refreshToken?: string | undefined;
  /** Every session of the user, on all devices. */
  everywhere?: boolean;
}

/** Ends the session; nothing happens to one that has ended already, or for a token that means nothing. */
export async function signOut(identity: Identity, request: SignOutRequest, origin: Origin): Promise<void> {
  await identity.catalog.write(async (tx) => {
    const session = await sessionOf(identity, tx, request);
    if (!session) return;
    const now = identity.clock();
    if (request.everywhere) await revokeSessions(tx, session.userId, 'SIGNED_OUT', now);
    else if (session.id) await revokeSession(tx, { id: session.id, userId: session.userId }, 'SIGNED_OUT', now);
    await recordAudit(tx, {
      ...origin,
      actor: { kind: 'USER', id: session.userId },
      action: request.everywhere ? 'user.signed-out-everywhere' : 'user.signed-out',
    });
  });
}

async function sessionOf(
  { seal }: Identity,
  tx: CatalogTx,
  { account, refreshToken }: SignOutRequest,
): Promise<{ id: string | undefined; userId: string } | undefined> {
  if (account) return { id: account.sessionId, userId: account.userId };
  const token = refreshToken === undefined ? undefined : parseRefreshToken(refreshToken);
  if (!token) return undefined;
  const [session] = await tx.select().from(sessions).where(eq(sessions.id, token.sessionId));
  if (!session || !isAuthentic(token, seal.open(session.refreshKey, sealContext(session.id)))) return undefined;
  return session;
}
