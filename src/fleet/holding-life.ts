import type { AdminTx } from '../db/admin.ts';
import { type AdvisoryLock, advisoryLocks, tryLock, tryLockShared } from '../db/advisory-lock.ts';
import { primaryDatabaseId } from '../tenancy/installation.ts';
import { LifeLocked } from '../tenancy/life-lock.ts';
import type { Admins } from './admins.ts';
import { adminsOf, type Fleet, type FleetAdmins } from './fleet.ts';

/**
 * Runs work that changes an organization's place or status, such as a move, a restore or a deletion, under its life
 * lock. The lock belongs to a transaction of an open connection to the primary database, so it ends when the process
 * dies. Throws INVALID_STATE at once if another operation holds the lock.
 */
export async function holdingLife<T>(fleet: Fleet, organizationId: string, work: () => Promise<T>): Promise<T> {
  await using admins = adminsOf(fleet);
  return await underLock(admins, tryLock, organizationId, work);
}

/**
 * Runs work during which an organization must keep its place, such as a backup; such work may run concurrently. Throws
 * INVALID_STATE at once if its place or status is being changed; CONNECTION_LOST, after the work, if the lock was lost
 * with its connection.
 */
export const sharingLife = <T>(admins: FleetAdmins, organizationId: string, work: () => Promise<T>): Promise<T> =>
  underLock(admins.of(primaryDatabaseId), tryLockShared, organizationId, work);

type TryLock = (tx: AdminTx, lock: AdvisoryLock) => Promise<boolean>;

const underLock = <T>(admins: Admins, take: TryLock, organizationId: string, work: () => Promise<T>): Promise<T> =>
  admins.use((admin) =>
    admin.transaction(async (tx) => {
      if (!(await take(tx, advisoryLocks.life(organizationId)))) throw new LifeLocked();
      return await work();
    }),
  );
