import type { AdminTx } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import type { TenantTable } from '../copy/tenant-tables.ts';
import { asOwner, type MoveEndpoint, nameIn } from './move-endpoint.ts';

/** A foreign key of a table. */
export interface ForeignKey {
  table: string;
  name: string;
  /** As Postgres writes it, the other table without its schema. */
  definition: string;
}

const perTransaction = 15;

/** The foreign keys of a place; they are away while rows come in no order. */
export function foreignKeysOf(endpoint: MoveEndpoint, tables: readonly TenantTable[]): Promise<ForeignKey[]> {
  return asOwner(endpoint, async (tx) => {
    await findAt(tx, endpoint);
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
  each(
    endpoint,
    foreignKeys,
    ({ table, name }) => `alter table ${nameIn(endpoint, { name: table })} drop constraint ${quoteIdentifier(name)}`,
  );

/** Puts them back for what is written from now on, without looking at the rows that are there: a moment for each. */
export const addForeignKeys = (endpoint: MoveEndpoint, foreignKeys: readonly ForeignKey[]): Promise<void> =>
  each(
    endpoint,
    foreignKeys,
    ({ table, name, definition }) =>
      `alter table ${nameIn(endpoint, { name: table })} add constraint ${quoteIdentifier(name)} ${definition} not valid`,
  );

/** Has the server look at the rows too, while others write. Doing it twice changes nothing. */
export const validateForeignKeys = (endpoint: MoveEndpoint, foreignKeys: readonly ForeignKey[]): Promise<void> =>
  each(
    endpoint,
    foreignKeys,
    ({ table, name }) =>
      `alter table ${nameIn(endpoint, { name: table })} validate constraint ${quoteIdentifier(name)}`,
  );

/** A few in each transaction: one over all of them would empty the caches of every other connection. */
async function each(
  endpoint: MoveEndpoint,
  foreignKeys: readonly ForeignKey[],
  statement: (foreignKey: ForeignKey) => string,
): Promise<void> {
  for (let at = 0; at < foreignKeys.length; at += perTransaction) {
    await asOwner(endpoint, async (tx) => {
      await findAt(tx, endpoint);
      // One after the other, in one packet
      await Promise.all(foreignKeys.slice(at, at + perTransaction).map((foreignKey) => tx.run(statement(foreignKey))));
    });
  }
}

const findAt = (tx: AdminTx, { place }: MoveEndpoint) =>
  tx.run(`select set_config('search_path', $1, true)`, [quoteIdentifier(place.schemaName)]);
