import { sql } from 'drizzle-orm';
import { AppError } from '../lib/errors.ts';
import type { CatalogTx } from './catalog.ts';

/** The advisory lock that guards an organization's place and life: moves, restores, deletion and changes of its status. */
export const lifeLockName = (organizationId: string): string => `chantier.life ${organizationId}`;

export const lifeLocked = (): AppError =>
  new AppError('INVALID_STATE', 'The organization is being moved, restored, migrated to a module or deleted just now');

/** Takes an organization's life lock until the transaction ends. Throws INVALID_STATE when somebody else holds it. */
export async function lockLife(tx: CatalogTx, organizationId: string): Promise<void> {
  const [lock] = await tx.execute<{ held: boolean }>(
    sql`select pg_try_advisory_xact_lock(hashtextextended(${lifeLockName(organizationId)}, 0)) as held`,
  );
  if (!lock?.held) throw lifeLocked();
}
