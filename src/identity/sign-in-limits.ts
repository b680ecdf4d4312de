import type { CatalogTx } from '../tenancy/catalog.ts';
import { clearAttempts, count, countAttemptsIn, forgiveAttempts, tooMany } from './attempts.ts';
import type { Identity, Origin } from './identity.ts';
import { isKnownDevice } from './known-device.ts';
import { countFailure, forgiveAccount, forgiveFailure } from './sign-in-delay.ts';

export interface SignInTry {
  email: string;
  origin: Origin;
  /** A refresh token that the device still stores; its session may have ended. */
  refreshToken?: string | undefined;
}

/**
 * Counts a sign-in before the password is verified: for the network address, for the account from that address, and for
 * the account from all addresses. The last limit binds only devices that never had a session of the account, so that
 * nobody can lock out its owner. Throws RATE_LIMITED.
 */
export async function countSignIn(identity: Identity, { email, origin, refreshToken }: SignInTry): Promise<void> {
  const now = identity.clock();
  const { ipAddress } = origin;
  await identity.catalog.write(async (tx) => {
    await countAttemptsIn(tx, now, [{ bucket: 'address', subject: ipAddress }]);
    await countFailure(tx, now, { account: email, ipAddress });
    const waitMs = await count(tx, now, { bucket: 'account', subject: email });
    if (waitMs === undefined) return;
    if (!(await isKnownDevice(identity, tx, { email, ipAddress, refreshToken }))) throw tooMany(waitMs);
  });
}

/** Uncounts what `countSignIn` counted, after the right password. */
export async function forgiveSignIn(tx: CatalogTx, { email, origin: { ipAddress } }: SignInTry): Promise<void> {
  await forgiveFailure(tx, { account: email, ipAddress });
  await forgiveAttempts(tx, [
    { bucket: 'address', subject: ipAddress },
    { bucket: 'account', subject: email },
  ]);
}

/** Resets the limits of an account after a new password. */
export async function clearSignInLimits(tx: CatalogTx, email: string): Promise<void> {
  const account = email.toLowerCase();
  await forgiveAccount(tx, account);
  await clearAttempts(tx, { bucket: 'account', subject: account });
}
