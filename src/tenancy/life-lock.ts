import { sql } from 'drizzle-orm';
import { AppError } from '../lib/errors.ts';
import type { CatalogTx } from './catalog.ts';

/**
 * The advisory lock that guards an organization's place and life: moves, restores, deletion and changes of its status.
 */
export const lifeLockName = (organizationId: string): string => `chantier.life ${organizationId}`;

/** Another operation holds an organization's life lock. */
export class LifeLocked extends AppError {
  constructor() {
    super(
      'INVALID_STATE',
      'The organization is being moved, backed up, restored, migrated or deleted; try again later',
    );
  }
}

export const isLifeLocked = (error: unknown): error is LifeLocked => error instanceof LifeLocked;

/** Takes an organization's life lock until the transaction ends. Throws INVALID_STATE if another operation holds it. */
export async function lockLife(tx: CatalogTx, organizationId: string): Promise<void> {
  const [lock] = await tx.execute<{ held: boolean }>(
    sql`select pg_try_advisory_xact_lock(hashtextextended(${lifeLockName(organizationId)}, 0)) as held`,
  );
  if (!lock?.held) throw new LifeLocked();
}
