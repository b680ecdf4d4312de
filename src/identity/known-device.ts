import { eq, sql } from 'drizzle-orm';
import type { CatalogTx } from '../tenancy/catalog.ts';
import type { Identity } from './identity.ts';
import { networkOf } from './network.ts';
import { isAuthentic, parseRefreshToken } from './refresh-token.ts';
import { sealContext } from './sessions.ts';
import { sessions, users } from './tables.ts';

export interface Device {
  email: string;
  ipAddress: string | undefined;
  /** A refresh token that the device still stores; its session may have ended. */
  refreshToken: string | undefined;
}

/** How many sessions are compared, the newest first. */
const most = 100;

/**
 * Whether this device has had a session of the account: it has a refresh token of the account, or the network address
 * of an earlier session. The statement is the same for an e-mail address without an account.
 */
export async function isKnownDevice(
  { seal }: Identity,
  tx: CatalogTx,
  { email, ipAddress, refreshToken }: Device,
): Promise<boolean> {
  const known = await tx
    .select({ id: sessions.id, ipAddress: sessions.ipAddress, refreshKey: sessions.refreshKey })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(eq(sql`lower(${users.email})`, email))
    .orderBy(sql`${sessions.createdAt} desc`)
    .limit(most);
  const network = ipAddress === undefined ? undefined : networkOf(ipAddress);
  const token = refreshToken === undefined ? undefined : parseRefreshToken(refreshToken);
  return known.some((session) => {
    if (network !== undefined && session.ipAddress !== null && networkOf(session.ipAddress) === network) return true;
    return (
      token?.sessionId === session.id && isAuthentic(token, seal.open(session.refreshKey, sealContext(session.id)))
    );
  });
}
