import { sql } from 'drizzle-orm';
import { adminsOf, type Fleet } from '../fleet/fleet.ts';
import { AppError } from '../lib/errors.ts';
import type { CatalogTx } from './catalog.ts';

const nameOf = (organizationId: string): string => `chantier.life ${organizationId}`;

const refused = (): AppError =>
  new AppError('INVALID_STATE', 'The organization is being moved, restored, migrated to a module or deleted just now');

/**
 * Does what changes an organization's place or life while nobody else does: a move, a restore over it, its deletion. The
 * lock belongs to a transaction of an open connection to the primary database, so it ends with a process that dies.
 * Throws INVALID_STATE at once when somebody else holds it.
 */
export async function holdingLife<T>(fleet: Fleet, organizationId: string, work: () => Promise<T>): Promise<T> {
  await using admins = adminsOf(fleet);
  return await admins.use((admin) =>
    admin.transaction(async (tx) => {
      const [lock] = await tx.run<{ held: boolean }>(
        'select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as held',
        [nameOf(organizationId)],
      );
      if (!lock?.held) throw refused();
      return await work();
    }),
  );
}

/** The same for what one transaction of the catalog does, until it ends. */
export async function lockLife(tx: CatalogTx, organizationId: string): Promise<void> {
  const [lock] = await tx.execute<{ held: boolean }>(
    sql`select pg_try_advisory_xact_lock(hashtextextended(${nameOf(organizationId)}, 0)) as held`,
  );
  if (!lock?.held) throw refused();
}
