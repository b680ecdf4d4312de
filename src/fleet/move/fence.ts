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
 * Ends writing to a place, whatever any server believes: waits for the transactions that have written there, keeps
 * others waiting, and takes the right to write from the tenant's role. Those that waited find it gone: rights are
 * looked up when a statement begins to run, after its locks. Reading goes on. What is taken stays taken until
 * `liftFence`, whoever dies. `confirm` is called last, and nothing has changed when it throws. A process that stops
 * after it loses this transaction to the server's timeout, which is shorter than that of the catalog's. Throws
 * TRANSACTION_CONFLICT or TIMEOUT when a transaction of the tenant does not end in time; then nothing has changed
 * either.
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

/** Together less than what the catalog lets its own transaction wait. */
const limit = (tx: AdminTx, lockMs: number): Promise<unknown> =>
  tx.run(
    `select set_config('lock_timeout', $1, true), set_config('statement_timeout', '4s', true), set_config('idle_in_transaction_session_timeout', '3s', true)`,
    [`${lockMs}ms`],
  );

/** Returns the tenant's role back what `raiseFence` took. Doing it twice, or without a fence, changes nothing. */
export const liftFence = (endpoint: MoveEndpoint, tables: readonly Table[]): Promise<void> =>
  retried(6, () =>
    asOwner(endpoint, async (tx) => {
      const role = quoteIdentifier(endpoint.place.roleName);
      const changeable = tables.filter(({ name }) => !appendOnly.has(name));
      await tx.run(`grant insert on table ${listOf(endpoint, tables)} to ${role}`);
      await tx.run(`grant update, delete on table ${listOf(endpoint, changeable)} to ${role}`);
    }),
  );
