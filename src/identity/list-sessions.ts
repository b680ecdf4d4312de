import { and, desc, eq, gt, isNull } from 'drizzle-orm';
import { notFound } from '../lib/errors.ts';
import { recordAudit } from '../tenancy/audit.ts';
import type { Identity, Origin } from './identity.ts';
import { revokeSession as revoke } from './sessions.ts';
import { sessions } from './tables.ts';

export interface OwnSession {
  id: string;
  deviceName: string | null;
  ipAddress: string | null;
  createdAt: Date;
  lastUsedAt: Date;
  expiresAt: Date;
}

/** Where a user is signed in, the session used last first. */
export async function listSessions({ catalog, clock }: Identity, userId: string): Promise<OwnSession[]> {
  const { id, deviceName, ipAddress, createdAt, lastUsedAt, expiresAt } = sessions;
  return catalog.read((db) =>
    db
      .select({ id, deviceName, ipAddress, createdAt, lastUsedAt, expiresAt })
      .from(sessions)
      .where(and(eq(sessions.userId, userId), isNull(sessions.revokedAt), gt(expiresAt, clock())))
      .orderBy(desc(lastUsedAt))
      .limit(100),
  );
}

/** Ends one of a user's sessions, on a lost phone say. Throws NOT_FOUND. */
export async function revokeOwnSession(
  { catalog, clock }: Identity,
  userId: string,
  sessionId: string,
  origin: Origin,
): Promise<void> {
  await catalog.write(async (tx) => {
    if (!(await revoke(tx, { id: sessionId, userId }, 'SIGNED_OUT', clock()))) throw notFound('Session');
    await recordAudit(tx, {
      ...origin,
      actor: { kind: 'USER', id: userId },
      action: 'session.revoked',
      resource: { type: 'Session', id: sessionId },
    });
  });
}
