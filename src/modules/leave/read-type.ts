import { eq } from 'drizzle-orm';
import { notFound } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { leaveTypes } from './tables.ts';

/** A type of leave. Throws NOT_FOUND. */
export async function readType(tx: TenantTx, id: string): Promise<typeof leaveTypes.$inferSelect> {
  const [type] = await tx.select().from(leaveTypes).where(eq(leaveTypes.id, id)).for('key share');
  if (!type) throw notFound('LeaveType', 'input.typeId');
  return type;
}
