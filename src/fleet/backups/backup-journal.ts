import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import { recordAudit } from '../../tenancy/audit.ts';
import type { Catalog } from '../../tenancy/catalog.ts';
import { auditLogs } from '../../tenancy/tables.ts';

/** A scheduled backup, or a drill, at one target. */
export type JournalKind = 'backup.run' | 'backup.drill';

/** How a run ended. */
export interface RunRecord {
  target: string;
  /** The stamp of the run: when it was due. */
  run: string;
  /** How many archives were made or verified. */
  archives: number;
  /** Why the run failed, on one line; null if everything succeeded. */
  error: string | null;
}

export interface LastRun extends RunRecord {
  at: Date;
  /** When a run last succeeded at the target; null for never. */
  succeededAt: Date | null;
}

/** Records in the audit log how a run ended. */
export async function recordRun(catalog: Catalog, action: JournalKind, record: RunRecord): Promise<void> {
  const { error, ...metadata } = record;
  await catalog.write((tx) =>
    recordAudit(tx, {
      actor: { kind: 'SYSTEM' },
      action,
      outcome: error === null ? 'SUCCESS' : 'FAILURE',
      metadata: { ...metadata, error },
    }),
  );
}

/** The last run at each target; targets without a run are missing. */
export async function lastRuns(
  catalog: Catalog,
  action: JournalKind,
  targets: readonly string[],
): Promise<Map<string, LastRun>> {
  if (targets.length === 0) return new Map();
  const target = sql<string>`${auditLogs.metadata}->>'target'`;
  const mine = and(eq(auditLogs.action, action), inArray(target, [...targets]));
  return await catalog.read(async (db) => {
    const newest = await db
      .selectDistinctOn([target], { at: auditLogs.at, metadata: auditLogs.metadata })
      .from(auditLogs)
      .where(mine)
      .orderBy(target, desc(auditLogs.at), desc(auditLogs.id));
    const successes = await db
      .selectDistinctOn([target], { target, at: auditLogs.at })
      .from(auditLogs)
      .where(and(mine, eq(auditLogs.outcome, 'SUCCESS')))
      .orderBy(target, desc(auditLogs.at));
    const succeeded = new Map(successes.map((each) => [each.target, each.at]));
    return new Map(
      newest.map(({ at, metadata }) => {
        const record = metadata as RunRecord;
        return [record.target, { ...record, at, succeededAt: succeeded.get(record.target) ?? null }];
      }),
    );
  });
}
