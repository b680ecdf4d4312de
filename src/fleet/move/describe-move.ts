import type { CatalogDb } from '../../tenancy/catalog.ts';
import { nameOf } from './change-place.ts';
import { findLastMove, type MovePhase, progressOf } from './journal.ts';

/** A move as people may see it. */
export interface MoveSummary {
  phase: MovePhase;
  /** Names of databases. */
  from: string;
  to: string;
  startedAt: Date;
  switchedAt: Date | null;
  endedAt: Date | null;
  /** For how long writes were held; milliseconds, null while they were not. */
  pausedMs: number | null;
  /** What the last attempt failed of; null when it did not. */
  lastError: string | null;
}

/** The newest move of an organization, ended or not; undefined when it was never moved. */
export async function describeMove(db: CatalogDb, organizationId: string): Promise<MoveSummary | undefined> {
  const move = await findLastMove(db, organizationId);
  if (!move) return undefined;
  const { phase, createdAt, switchedAt, endedAt, lastError, fromDatabaseId, toDatabaseId } = move;
  return {
    phase,
    from: (await nameOf(db, fromDatabaseId)) ?? fromDatabaseId,
    to: (await nameOf(db, toDatabaseId)) ?? toDatabaseId,
    startedAt: createdAt,
    switchedAt,
    endedAt,
    pausedMs: progressOf(move).pausedMs ?? null,
    lastError,
  };
}
