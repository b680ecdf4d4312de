import { bindPacket } from '../../src/db/bind-packet.ts';
import type { Lease } from '../../src/db/lease.ts';
import type { SlotPool } from '../../src/db/slot-pool.ts';
import type { Viewer } from '../../src/identity/viewer.ts';
import { defaultLimits } from '../../src/tenancy/binding.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import type { Operation, Statement, Variables } from '../operations/operation.ts';

/** Who asks, and of which tenant. */
export interface Caller {
  tenant: Tenant;
  viewer: Viewer;
}

/**
 * Runs the hand-written SQL of an operation the fastest way that keeps its guarantees: on the slot that knows the
 * tenant, in the tenant's scope, all in one packet from BEGIN to COMMIT. Gives the body of the answer.
 */
export async function runLimit(
  pool: SlotPool,
  { tenant, viewer }: Caller,
  operation: Operation,
  variables: Variables,
): Promise<string> {
  const lease = await pool.acquire(tenant.schemaName);
  try {
    const body = await exchange(lease, { tenant, viewer }, operation, variables);
    lease.release();
    return body;
  } catch (error) {
    lease.discard();
    throw error;
  }
}

async function exchange(
  lease: Lease,
  { tenant, viewer }: Caller,
  { access, limit }: Operation,
  variables: Variables,
): Promise<string> {
  const { begin, settings } = bindPacket({
    key: tenant.schemaName,
    searchPath: [tenant.schemaName, 'extensions'],
    role: tenant.roleName,
    access,
    limits: defaultLimits.interactive,
  });
  const run = (statement: Statement) => lease.run(statement.text, statement.parameters(variables, viewer), 'values');
  const bound = Promise.all([lease.control(begin), lease.control(settings), limit.lock && run(limit.lock)]);
  const [answer, ended] = await Promise.all([run(limit), lease.control('commit'), bound]);
  const [row] = answer as unknown as [string][];
  if (!row || ended.command !== 'COMMIT') throw new Error(`no answer, ${ended.command}`);
  return row[0];
}
