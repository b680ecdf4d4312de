import type { CatalogDb } from '../../tenancy/catalog.ts';
import type { MoveSummary } from '../../tenancy/tenant-lifecycle.ts';
import { databaseNameOf } from './change-place.ts';
import { findLastMove, progressOf } from './journal.ts';

/** The newest move of an organization, ended or not; undefined when it was never moved. */
export async function describeMove(db: CatalogDb, organizationId: string): Promise<MoveSummary | undefined> {
  const move = await findLastMove(db, organizationId);
  if (!move) return undefined;
  const { phase, createdAt, switchedAt, endedAt, lastError, fromDatabaseId, toDatabaseId } = move;
  return {
    phase,
    from: (await databaseNameOf(db, fromDatabaseId)) ?? fromDatabaseId,
    to: (await databaseNameOf(db, toDatabaseId)) ?? toDatabaseId,
    startedAt: createdAt,
    switchedAt,
    endedAt,
    pausedMs: progressOf(move).pausedMs ?? null,
    lastError,
  };
}
