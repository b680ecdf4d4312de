import { and, eq, isNull } from 'drizzle-orm';
import type { Identity } from './identity.ts';
import { isAuthentic, parseRefreshToken } from './refresh-token.ts';
import { sealContext } from './sessions.ts';
import { sessions } from './tables.ts';

/**
 * An access token for the session that a refresh token belongs to, without using that one up. For the server's own use,
 * to ask who a browser is that can send its cookie only; it must never leave the server. Undefined when the refresh
 * token is not the newest of a living session.
 */
export async function accessTokenOfCookie(identity: Identity, refreshToken: string): Promise<string | undefined> {
  const token = parseRefreshToken(refreshToken);
  if (!token) return undefined;
  const session = await identity.catalog.read(async (db) => {
    const [found] = await db
      .select()
      .from(sessions)
      .where(
        and(eq(sessions.id, token.sessionId), eq(sessions.generation, token.generation), isNull(sessions.revokedAt)),
      );
    return found;
  });
  if (!session || session.expiresAt <= identity.clock()) return undefined;
  if (!isAuthentic(token, identity.seal.open(session.refreshKey, sealContext(session.id)))) return undefined;
  const { id: sessionId, userId, organizationId } = session;
  const issued = await identity.accessTokens.issue({ userId, sessionId, organizationId: organizationId ?? undefined });
  return issued.token;
}
