import { and, eq, gt, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { AppError } from '../lib/errors.ts';
import { checkInput } from '../lib/input.ts';
import { recordAudit } from '../tenancy/audit.ts';
import { type Attempt, countAttempts, forgiveAttempts } from './attempts.ts';
import type { Identity, Origin } from './identity.ts';
import { newPassword, secret } from './inputs.ts';
import type { OwnApiKey } from './own-api-keys.ts';
import { replacePassword } from './replace-password.ts';
import { hashSecret } from './secret-token.ts';
import { passwordResets } from './tables.ts';

export const resetPasswordInput = z.object({
  token: secret,
  newPassword,
  /** Also revokes the API keys that act for the user. */
  revokeApiKeys: z.boolean().optional(),
});

/**
 * Sets a new password with the token of a mailed link, which works once and proves the address, and ends all sessions
 * of the user. Returns the API keys that still act for them. Throws INVALID_CREDENTIALS for a used, replaced or expired
 * token, RATE_LIMITED.
 */
export async function resetPassword(
  identity: Identity,
  input: z.input<typeof resetPasswordInput>,
  origin: Origin,
): Promise<OwnApiKey[]> {
  const { token, newPassword, revokeApiKeys } = checkInput(resetPasswordInput, input);
  const { catalog, clock, passwords } = identity;
  const attempts: Attempt[] = [{ bucket: 'address', subject: origin.ipAddress }];
  await countAttempts(catalog, clock(), attempts);
  const now = clock();
  const usable = and(
    eq(passwordResets.tokenHash, hashSecret(token)),
    isNull(passwordResets.usedAt),
    gt(passwordResets.expiresAt, now),
  );
  // Checked before the slow hash, and again in the transaction, where it counts
  if ((await catalog.read((db) => db.$count(passwordResets, usable))) === 0) {
    await identity.refusals.record({ ...origin, actor: { kind: 'SYSTEM' }, action: 'user.password-reset-refused' });
    throw invalid();
  }
  const passwordHash = await passwords.hash(newPassword);
  return await catalog.write(async (tx) => {
    const [reset] = await tx.update(passwordResets).set({ usedAt: now }).where(usable).returning();
    if (!reset) throw invalid();
    const { userId } = reset;
    await forgiveAttempts(tx, attempts);
    const actor = { kind: 'USER', id: userId } as const;
    await recordAudit(tx, { ...origin, actor, action: 'user.password-reset', metadata: { revokeApiKeys } });
    const change = { userId, passwordHash, reason: 'PASSWORD_RESET', revokeApiKeys, provesEmail: true } as const;
    return await replacePassword(identity, tx, change);
  });
}

const invalid = () =>
  new AppError('INVALID_CREDENTIALS', 'This link has been used or has expired', { field: 'input.token' });
