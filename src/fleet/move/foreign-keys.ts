import type { AdminTx } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import type { TenantTable } from '../copy/tenant-tables.ts';
import { asOwner, type MoveEndpoint, nameIn } from './move-endpoint.ts';

/** A foreign key of a table. */
export interface ForeignKey {
  table: string;
  name: string;
  /** As PostgreSQL prints it; the referenced table has no schema. */
  definition: string;
}

const keysPerTransaction = 15;

/** The foreign keys of a place. They are dropped while rows are copied, because rows arrive in any order. */
export function foreignKeysOf(endpoint: MoveEndpoint, tables: readonly TenantTable[]): Promise<ForeignKey[]> {
  return asOwner(endpoint, async (tx) => {
    await setSearchPath(tx, endpoint);
    return await tx.run<ForeignKey>(
      `select t.name as table, f.conname as name, pg_get_constraintdef(f.oid) as definition
      from unnest($2::text[]) as t (name)
      join pg_constraint f on f.conrelid = to_regclass(format('%I.%I', $1::text, t.name)) and f.contype = 'f'
      order by t.name, f.conname`,
      [endpoint.place.schemaName, tables.map(({ name }) => name)],
    );
  });
}

export const dropForeignKeys = (endpoint: MoveEndpoint, foreignKeys: readonly ForeignKey[]): Promise<void> =>
  runBatches(
    endpoint,
    foreignKeys,
    ({ table, name }) => `alter table ${nameIn(endpoint, { name: table })} drop constraint ${quoteIdentifier(name)}`,
  );

/**
 * Adds foreign keys as NOT VALID: they hold for new rows, and existing rows are not read, so each takes only a moment.
 */
export const addForeignKeys = (endpoint: MoveEndpoint, foreignKeys: readonly ForeignKey[]): Promise<void> =>
  runBatches(
    endpoint,
    foreignKeys,
    ({ table, name, definition }) =>
      `alter table ${nameIn(endpoint, { name: table })} add constraint ${quoteIdentifier(name)} ${definition} not valid`,
  );

/** Validates foreign keys for the existing rows, while others write. Idempotent. */
export const validateForeignKeys = (endpoint: MoveEndpoint, foreignKeys: readonly ForeignKey[]): Promise<void> =>
  runBatches(
    endpoint,
    foreignKeys,
    ({ table, name }) =>
      `alter table ${nameIn(endpoint, { name: table })} validate constraint ${quoteIdentifier(name)}`,
  );

/** Few per transaction: one transaction for all would invalidate the caches of every other connection. */
async function runBatches(
  endpoint: MoveEndpoint,
  foreignKeys: readonly ForeignKey[],
  statement: (foreignKey: ForeignKey) => string,
): Promise<void> {
  for (let at = 0; at < foreignKeys.length; at += keysPerTransaction) {
    await asOwner(endpoint, async (tx) => {
      await setSearchPath(tx, endpoint);
      // Pipelined: sent in one packet, executed in order
      await Promise.all(
        foreignKeys.slice(at, at + keysPerTransaction).map((foreignKey) => tx.run(statement(foreignKey))),
      );
    });
  }
}

const setSearchPath = (tx: AdminTx, { place }: MoveEndpoint) =>
  tx.run(`select set_config('search_path', $1, true)`, [quoteIdentifier(place.schemaName)]);
