import { advisoryLocks, tryLockStatement } from '../db/advisory-lock.ts';
import { AppError } from '../lib/errors.ts';
import type { CatalogTx } from './catalog.ts';

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
  const [lock] = await tx.execute<{ held: boolean }>(tryLockStatement(advisoryLocks.life(organizationId)));
  if (!lock?.held) throw new LifeLocked();
}
