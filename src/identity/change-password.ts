import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { AppError } from '../lib/errors.ts';
import { checkInput } from '../lib/input.ts';
import { recordAudit } from '../tenancy/audit.ts';
import { type Attempt, countAttempts, forgiveAttempts } from './attempts.ts';
import { findUser } from './find-user.ts';
import type { Identity, Origin } from './identity.ts';
import { knownPassword, newPassword } from './inputs.ts';
import { revokeSessions } from './sessions.ts';
import { users } from './tables.ts';
import type { Account } from './viewer.ts';

export const changePasswordInput = z.object({ currentPassword: knownPassword, newPassword });

/** Sets a new password and ends every other session of the user. Throws INVALID_CREDENTIALS, RATE_LIMITED. */
export async function changePassword(
  identity: Identity,
  account: Account,
  input: z.input<typeof changePasswordInput>,
  origin: Origin,
): Promise<void> {
  const { currentPassword, newPassword } = checkInput(changePasswordInput, input);
  const { catalog, clock, passwords } = identity;
  const attempts: Attempt[] = [{ bucket: 'account', subject: account.email }];
  await countAttempts(catalog, clock(), attempts);
  const user = await catalog.read((db) => findUser(db, account.userId));
  if (!(await passwords.verify(currentPassword, user?.passwordHash))) {
    throw new AppError('INVALID_CREDENTIALS', 'The current password is wrong', { field: 'input.currentPassword' });
  }
  const passwordHash = await passwords.hash(newPassword);
  await catalog.write(async (tx) => {
    await tx.update(users).set({ passwordHash }).where(eq(users.id, account.userId));
    await revokeSessions(tx, account.userId, 'PASSWORD_CHANGED', clock(), account.sessionId);
    await forgiveAttempts(tx, attempts);
    await recordAudit(tx, { ...origin, actor: { kind: 'USER', id: account.userId }, action: 'user.password-changed' });
  });
}
