import type { AdminTx } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import { retried } from '../../db/migrator.ts';
import { appendOnlyTables } from '../../tenancy/modules.ts';
import type { TenantTable } from '../copy/tenant-tables.ts';
import { asOwner, type MoveEndpoint, nameIn } from './move-endpoint.ts';

type Table = Pick<TenantTable, 'name'>;

const appendOnly = new Set(Object.values(appendOnlyTables).flat());
const listOf = (endpoint: MoveEndpoint, tables: readonly Table[]): string =>
  tables.map((table) => nameIn(endpoint, table)).join(', ');

/**
 * Stops all writes to a place, even by servers with a stale cache; reads continue. Waits for the transactions that have
 * written there, blocks new ones, and revokes the right to write from the tenant's role. Blocked statements then fail,
 * because PostgreSQL checks rights after it has taken the locks. The fence outlives this process: only `liftFence`
 * removes it. `confirm` runs last; if it throws, nothing has changed. If the process stalls after `confirm`, the server
 * ends this transaction before the catalog's, so the fence is never raised without its journal row. Throws
 * TRANSACTION_CONFLICT or TIMEOUT if a transaction of the tenant does not end in time; then nothing has changed either.
 */
export const raiseFence = (
  endpoint: MoveEndpoint,
  tables: readonly Table[],
  lockMs: number,
  confirm: () => Promise<unknown>,
): Promise<void> =>
  asOwner(endpoint, async (tx) => {
    await limit(tx, lockMs);
    await tx.run(`lock table ${listOf(endpoint, tables)} in share mode`);
    await tx.run(
      `revoke insert, update, delete on table ${listOf(endpoint, tables)} from ${quoteIdentifier(endpoint.place.roleName)}`,
    );
    await confirm();
  });

/** Shorter than the timeouts of the catalog's transaction that holds the journal row meanwhile. */
const limit = (tx: AdminTx, lockMs: number): Promise<unknown> =>
  tx.run(
    `select set_config('lock_timeout', $1, true), set_config('statement_timeout', '4s', true), set_config('idle_in_transaction_session_timeout', '3s', true)`,
    [`${lockMs}ms`],
  );

/** Grants the tenant's role what `raiseFence` revoked. Idempotent. */
export const liftFence = (endpoint: MoveEndpoint, tables: readonly Table[]): Promise<void> =>
  retried(6, () =>
    asOwner(endpoint, async (tx) => {
      const role = quoteIdentifier(endpoint.place.roleName);
      const changeable = tables.filter(({ name }) => !appendOnly.has(name));
      await tx.run(`grant insert on table ${listOf(endpoint, tables)} to ${role}`);
      await tx.run(`grant update, delete on table ${listOf(endpoint, changeable)} to ${role}`);
    }),
  );
