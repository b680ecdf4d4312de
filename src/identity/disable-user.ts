import { eq } from 'drizzle-orm';
import { notFound } from '../lib/errors.ts';
import { type AuditActor, recordAudit } from '../tenancy/audit.ts';
import type { Identity } from './identity.ts';
import { revokeSessions } from './sessions.ts';
import { users } from './tables.ts';

/**
 * Disables a user in every organization, or enables them again. For operators of the installation. Throws NOT_FOUND.
 */
export async function setUserDisabled(
  { catalog, clock }: Identity,
  userId: string,
  disabled: boolean,
  actor: AuditActor = { kind: 'SYSTEM' },
): Promise<void> {
  const now = clock();
  await catalog.write(async (tx) => {
    const [user] = await tx
      .update(users)
      .set({ disabledAt: disabled ? now : null })
      .where(eq(users.id, userId))
      .returning({ id: users.id });
    if (!user) throw notFound('User');
    // Also notifies all processes of the change, even when there is no session
    if (disabled) await revokeSessions(tx, userId, 'USER_DISABLED', now);
    await recordAudit(tx, {
      actor,
      action: disabled ? 'user.disabled' : 'user.enabled',
      resource: { type: 'User', id: userId },
    });
  });
}
