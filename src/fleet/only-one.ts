import { Admin } from '../db/admin.ts';
import { type AdvisoryLock, tryLockSession } from '../db/advisory-lock.ts';
import type { Fleet } from './fleet.ts';
import { patiently } from './patience.ts';

/** Runs the work unless another process of the installation holds its lock; returns undefined then. */
export async function onlyOne<T>(fleet: Fleet, lock: AdvisoryLock, work: () => Promise<T>): Promise<T | undefined> {
  const { adminUrl, lookup } = fleet.installation;
  await using guard = new Admin({ url: adminUrl, lookup, applicationName: 'chantier maintenance' });
  // A session lock, not a transaction: a long one would keep dead rows alive. The lock ends with the connection
  const isOnly = await patiently(fleet, () => tryLockSession(guard, lock));
  return isOnly ? await work() : undefined;
}
