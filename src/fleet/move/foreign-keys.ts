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

/** The foreign keys of a place; they are away while rows come in no order. */
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

/** Puts them back for what is written from now on, without looking at the rows that are there: a moment for each. */
export const addForeignKeys = (endpoint: MoveEndpoint, foreignKeys: readonly ForeignKey[]): Promise<void> =>
  runBatches(
    endpoint,
    foreignKeys,
    ({ table, name, definition }) =>
      `alter table ${nameIn(endpoint, { name: table })} add constraint ${quoteIdentifier(name)} ${definition} not valid`,
  );

/** Has the server look at the rows too, while others write. Doing it twice changes nothing. */
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
