import { and, eq } from 'drizzle-orm';
import { warn } from '../tenancy/change-warnings.ts';
import type { TenantTx } from '../tenancy/tenant-session.ts';
import { type Edges, leadsTo } from './leads-to.ts';

/**
 * Removes restored dependencies that would close a cycle with dependencies added since their deletion, and warns of
 * them. The rule lock of the dependencies must be held.
 */
export async function cutCycles(
  tx: TenantTx,
  edges: Edges,
  restored: readonly { from: string; to: string }[],
): Promise<void> {
  const { table, from, to } = edges;
  let count = 0;
  for (const edge of restored) {
    if (!(await leadsTo(tx, edges, edge.to, edge.from))) continue;
    await tx.delete(table).where(and(eq(from, edge.from), eq(to, edge.to)));
    count++;
  }
  if (count === 0) return;
  const message = count === 1 ? 'One dependency would close a cycle' : `${count} dependencies would close a cycle`;
  warn(tx, { code: 'PARTS_NOT_RESTORED', message, count });
}
