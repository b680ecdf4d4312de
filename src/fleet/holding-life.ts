import { LifeLocked, lifeLockName } from '../tenancy/life-lock.ts';
import { adminsOf, type Fleet } from './fleet.ts';

/**
 * Runs work that changes an organization's place or life, such as a move, a restore or its deletion, under the
 * organization's life lock. The lock belongs to a transaction of an open connection to the primary database, so it ends
 * with a process that dies. Throws INVALID_STATE at once when somebody else holds the lock.
 */
export async function holdingLife<T>(fleet: Fleet, organizationId: string, work: () => Promise<T>): Promise<T> {
  await using admins = adminsOf(fleet);
  return await admins.use((admin) =>
    admin.transaction(async (tx) => {
      const [lock] = await tx.run<{ held: boolean }>(
        'select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as held',
        [lifeLockName(organizationId)],
      );
      if (!lock?.held) throw new LifeLocked();
      return await work();
    }),
  );
}
