import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../lib/errors.ts';
import { isLifeLocked } from '../../tenancy/life-lock.ts';
import type { Fleet } from '../fleet.ts';
import { holdingLife } from '../holding-life.ts';
import { settleUnfinished } from '../move/settle-move.ts';
import type { SurveyedPlace } from '../survey.ts';

export interface OpenMoveOptions {
  /** How long to wait for a move in progress, in milliseconds. */
  moveWaitMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

const defaultWaitMs = 30_000;
const retryMs = 500;

/**
 * Migrates an organization whose move has not ended. It holds the life lock, so no other process works on the move. The
 * unfinished move stays as it is; when it is resumed, it copies everything again. Throws TRANSACTION_CONFLICT when
 * another process holds the lock for longer than the run waits. Does nothing when the organization has moved by then.
 */
export async function migrateWithOpenMove(
  fleet: Fleet,
  place: SurveyedPlace,
  migrate: () => Promise<void>,
  { moveWaitMs = defaultWaitMs, signal }: OpenMoveOptions,
): Promise<void> {
  const organizationId = place.organization!.id;
  const deadline = performance.now() + moveWaitMs;
  for (;;) {
    try {
      await holdingLife(fleet, organizationId, async () => {
        if (!(await isStillAt(fleet, organizationId, place))) return;
        await settleUnfinished(fleet, organizationId);
        await migrate();
      });
      return;
    } catch (error) {
      if (!isLifeLocked(error)) throw error;
    }
    if (performance.now() >= deadline || signal?.aborted) throw beingMoved();
    await delay(retryMs);
  }
}

async function isStillAt({ catalog }: Fleet, id: string, { databaseId, schemaName }: SurveyedPlace): Promise<boolean> {
  const now = await catalog.read((db) =>
    db.query.organizations.findFirst({ columns: { databaseId: true, schemaName: true }, where: { id } }),
  );
  return now?.databaseId === databaseId && now.schemaName === schemaName;
}

const beingMoved = (): AppError =>
  new AppError('TRANSACTION_CONFLICT', 'The organization is being moved: migrate it once its move has ended', {
    retryAfter: 60,
  });
