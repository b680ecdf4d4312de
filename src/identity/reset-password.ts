import { and, eq, gt, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { AppError } from '../lib/errors.ts';
import { checkInput } from '../lib/input.ts';
import { recordAudit } from '../tenancy/audit.ts';
import { countAttempts } from './attempts.ts';
import type { Identity, Origin } from './identity.ts';
import { newPassword, secret } from './inputs.ts';
import { hashSecret } from './secret-token.ts';
import { revokeSessions } from './sessions.ts';
import { passwordResets, users } from './tables.ts';

export const resetPasswordInput = z.object({ token: secret, newPassword });

/**
 * Sets a new password by the token of a mailed link, which works once, and ends all sessions of the user.
 * Throws INVALID_CREDENTIALS for a token that was used, replaced or has expired, RATE_LIMITED.
 */
export async function resetPassword(
  identity: Identity,
  input: z.input<typeof resetPasswordInput>,
  origin: Origin,
): Promise<void> {
  const { token, newPassword } = checkInput(resetPasswordInput, input);
  const { catalog, clock, passwords } = identity;
  await countAttempts(catalog, clock(), [{ bucket: 'address', subject: origin.ipAddress }]);
  const now = clock();
  const usable = and(
    eq(passwordResets.tokenHash, hashSecret(token)),
    isNull(passwordResets.usedAt),
    gt(passwordResets.expiresAt, now),
  );
  // Looked at before the costly hash, and again, for good, in the transaction.
  if ((await catalog.read((db) => db.$count(passwordResets, usable))) === 0) throw invalid();
  const passwordHash = await passwords.hash(newPassword);
  await catalog.write(async (tx) => {
    const [reset] = await tx.update(passwordResets).set({ usedAt: now }).where(usable).returning();
    if (!reset) throw invalid();
    const { userId } = reset;
    await tx.update(users).set({ passwordHash }).where(eq(users.id, userId));
    // The other links that were mailed end with it.
    await tx
      .update(passwordResets)
      .set({ usedAt: now })
      .where(and(eq(passwordResets.userId, userId), isNull(passwordResets.usedAt)));
    await revokeSessions(tx, userId, 'PASSWORD_RESET', now);
    await recordAudit(tx, { ...origin, actor: { kind: 'USER', id: userId }, action: 'user.password-reset' });
  });
}

const invalid = () => new AppError('INVALID_CREDENTIALS', 'This link has been used or has expired');
