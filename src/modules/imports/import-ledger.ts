import { and, eq, isNull } from 'drizzle-orm';
import { AppError } from '../../lib/errors.ts';
import { uuidv7 } from '../../lib/ids.ts';
import type { TenantDb, TenantTx } from '../../tenancy/tenant-session.ts';
import { noChanges, sumChanges } from './changes.ts';
import type { ImportKind } from './mapping.ts';
import { type ChangeCounts, importRuns, type RefusedRow } from './tables.ts';

/** What identifies and describes an import in the ledger. */
export interface ImportTitle {
  kind: ImportKind;
  source: string;
  fileName: string;
  fingerprint: string;
}

/** The progress of an import. It gets a row in the ledger with its first change. */
export interface Progress {
  readonly id: string;
  readonly saved: boolean;
  readonly rowsDone: number;
  readonly changes: ChangeCounts;
  /** Rows that the database rejected. */
  readonly refused: readonly RefusedRow[];
}

/** Finds the progress of an unfinished import of the same files and mapping; otherwise starts at 0. */
export async function findProgress(db: TenantDb, { fingerprint }: ImportTitle): Promise<Progress> {
  const [run] = await db
    .select({
      id: importRuns.id,
      rowsDone: importRuns.rowsDone,
      changes: importRuns.changes,
      refused: importRuns.refused,
    })
    .from(importRuns)
    .where(and(eq(importRuns.fingerprint, fingerprint), isNull(importRuns.finishedAt)));
  return run ? { ...run, saved: true } : { id: uuidv7(), saved: false, rowsDone: 0, changes: noChanges(), refused: [] };
}

/**
 * Records a batch, in its transaction. Throws TRANSACTION_CONFLICT if the ledger is not where this process left it,
 * because another process runs the same import.
 */
export async function saveProgress(
  tx: TenantTx,
  title: ImportTitle,
  before: Progress,
  step: Pick<Progress, 'rowsDone' | 'changes' | 'refused'>,
): Promise<Progress> {
  const { rowsDone } = step;
  const changes = sumChanges(before.changes, step.changes);
  const refused = [...before.refused, ...step.refused];
  const written = before.saved
    ? await tx
        .update(importRuns)
        .set({ rowsDone, changes, refused })
        .where(and(stillAt(before), isNull(importRuns.finishedAt)))
        .returning({ id: importRuns.id })
    : await tx
        .insert(importRuns)
        .values({ ...title, id: before.id, rowsDone, changes, refused, startedAt: new Date() })
        .onConflictDoNothing()
        .returning({ id: importRuns.id });
  if (written.length === 0) {
    throw new AppError('TRANSACTION_CONFLICT', 'Another process is importing the same file', { retryAfter: 10 });
  }
  return { id: before.id, saved: true, rowsDone, changes, refused };
}

/** Marks an import as finished. */
export async function finishProgress(tx: TenantTx, progress: Progress): Promise<void> {
  await tx.update(importRuns).set({ finishedAt: new Date() }).where(stillAt(progress));
}

const stillAt = ({ id, rowsDone }: Progress) => and(eq(importRuns.id, id), eq(importRuns.rowsDone, rowsDone));
