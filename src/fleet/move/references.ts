import type { AdminTx } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import type { TenantTable } from '../copy/tenant-tables.ts';
import { asOwner, type MoveEndpoint, nameIn } from './move-endpoint.ts';

/** A foreign key of a table. */
export interface Reference {
  table: string;
  name: string;
  /** As Postgres writes it, the other table without its schema. */
  definition: string;
}

const perTransaction = 15;

/** The foreign keys of a place; they are away while rows come in no order. */
export function referencesOf(endpoint: MoveEndpoint, tables: readonly TenantTable[]): Promise<Reference[]> {
  return asOwner(endpoint, async (tx) => {
    await findAt(tx, endpoint);
    return await tx.run<Reference>(
      `select t.name as table, f.conname as name, pg_get_constraintdef(f.oid) as definition
      from unnest($2::text[]) as t (name)
      join pg_constraint f on f.conrelid = to_regclass(format('%I.%I', $1::text, t.name)) and f.contype = 'f'
      order by t.name, f.conname`,
      [endpoint.place.schemaName, tables.map(({ name }) => name)],
    );
  });
}

export const dropReferences = (endpoint: MoveEndpoint, references: readonly Reference[]): Promise<void> =>
  each(
    endpoint,
    references,
    ({ table, name }) => `alter table ${nameIn(endpoint, { name: table })} drop constraint ${quoteIdentifier(name)}`,
  );

/** Puts them back for what is written from now on, without looking at the rows that are there: a moment for each. */
export const addReferences = (endpoint: MoveEndpoint, references: readonly Reference[]): Promise<void> =>
  each(
    endpoint,
    references,
    ({ table, name, definition }) =>
      `alter table ${nameIn(endpoint, { name: table })} add constraint ${quoteIdentifier(name)} ${definition} not valid`,
  );

/** Has the server look at the rows too, while others write. Doing it twice changes nothing. */
export const validateReferences = (endpoint: MoveEndpoint, references: readonly Reference[]): Promise<void> =>
  each(
    endpoint,
    references,
    ({ table, name }) =>
      `alter table ${nameIn(endpoint, { name: table })} validate constraint ${quoteIdentifier(name)}`,
  );

/** A few in each transaction: one over all of them would empty the caches of every other connection. */
async function each(
  endpoint: MoveEndpoint,
  references: readonly Reference[],
  statement: (reference: Reference) => string,
): Promise<void> {
  for (let at = 0; at < references.length; at += perTransaction) {
    await asOwner(endpoint, async (tx) => {
      await findAt(tx, endpoint);
      // One after the other, in one packet
      await Promise.all(references.slice(at, at + perTransaction).map((reference) => tx.run(statement(reference))));
    });
  }
}

const findAt = (tx: AdminTx, { place }: MoveEndpoint) =>
  tx.run(`select set_config('search_path', $1, true)`, [quoteIdentifier(place.schemaName)]);
