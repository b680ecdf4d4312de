import { eq, sql } from 'drizzle-orm';
import type { TenantDb, TenantTx } from '../../tenancy/tenant-session.ts';
import { type CodeKind, defaultPatterns } from './code-kinds.ts';
import { periodOf, renderCode } from './code-pattern.ts';
import { codeCounters, codeFormats } from './tables.ts';

async function patternOf(db: TenantDb, kind: CodeKind): Promise<string> {
  const [format] = await db
    .select({ pattern: codeFormats.pattern })
    .from(codeFormats)
    .where(eq(codeFormats.kind, kind));
  return format?.pattern ?? defaultPatterns[kind];
}

/**
 * The next code of a kind for a day (YYYY-MM-DD). The counter is locked until the transaction ends and is rolled back
 * with it, so codes have no gaps and no duplicates.
 */
export async function takeCode(tx: TenantTx, kind: CodeKind, day: string): Promise<string> {
  const pattern = await patternOf(tx, kind);
  const [counter] = await tx
    .insert(codeCounters)
    .values({ kind, period: periodOf(pattern, day), lastNumber: 1 })
    .onConflictDoUpdate({
      target: [codeCounters.kind, codeCounters.period],
      set: { lastNumber: sql`${codeCounters.lastNumber} + 1` },
    })
    .returning({ lastNumber: codeCounters.lastNumber });
  return renderCode(pattern, day, counter!.lastNumber);
}
