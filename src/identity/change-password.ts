import { z } from 'zod';
import { AppError } from '../lib/errors.ts';
import { checkInput } from '../lib/input.ts';
import { recordAudit } from '../tenancy/audit.ts';
import { findUser } from './find-user.ts';
import type { Identity, Origin } from './identity.ts';
import { knownPassword, newPassword } from './inputs.ts';
import type { OwnApiKey } from './own-api-keys.ts';
import { replacePassword } from './replace-password.ts';
import { countFailure } from './sign-in-delay.ts';
import type { Account } from './viewer.ts';

export const changePasswordInput = z.object({
  currentPassword: knownPassword,
  newPassword,
  /** Ends the keys that act for the user too. */
  revokeApiKeys: z.boolean().optional(),
});

/**
 * Sets a new password and ends every other session of the user. Returns the API keys that still act for them. Wrong
 * passwords are delayed like failed sign-ins from the same network address. Throws INVALID_CREDENTIALS, RATE_LIMITED.
 */
export async function changePassword(
  identity: Identity,
  account: Account,
  input: z.input<typeof changePasswordInput>,
  origin: Origin,
): Promise<OwnApiKey[]> {
  const { currentPassword, newPassword, revokeApiKeys } = checkInput(changePasswordInput, input);
  const { catalog, clock, passwords } = identity;
  const { userId, email, sessionId } = account;
  const tried = { account: email.toLowerCase(), ipAddress: origin.ipAddress };
  const actor = { kind: 'USER', id: userId } as const;
  await catalog.write((tx) => countFailure(tx, clock(), tried));
  const user = await catalog.read((db) => findUser(db, userId));
  if (!(await passwords.verify(currentPassword, user?.passwordHash))) {
    await identity.refusals.record({ ...origin, actor, action: 'user.password-change-refused' });
    throw new AppError('INVALID_CREDENTIALS', 'The current password is wrong', { field: 'input.currentPassword' });
  }
  const passwordHash = await passwords.hash(newPassword);
  return await catalog.write(async (tx) => {
    const change = { userId, passwordHash, reason: 'PASSWORD_CHANGED', keepSession: sessionId, revokeApiKeys } as const;
    await recordAudit(tx, { ...origin, actor, action: 'user.password-changed', metadata: { revokeApiKeys } });
    return await replacePassword(identity, tx, change);
  });
}
