import type { Admin, CopyTx } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import type { Migration } from '../../db/migration-files.ts';
import type { Installation } from '../../tenancy/installation.ts';
import type { SnapshotSource } from '../copy/snapshot.ts';
import type { SchemaPlace } from '../schemas/drop-schema.ts';

/** One of the two places of a move, with the administrator's connection to it. */
export interface MoveEndpoint {
  place: SchemaPlace;
  admin: Admin;
  installation: Installation;
}

/** Runs `work` in a transaction as the owner of the tables. */
export const asOwner = <T>({ admin, installation }: MoveEndpoint, work: (tx: CopyTx) => Promise<T>): Promise<T> =>
  admin.transaction(async (tx) => {
    await tx.run(`select set_config('role', $1, true)`, [installation.roles.owner]);
    return await work(tx);
  });

export const snapshotOf = (
  { place, installation }: MoveEndpoint,
  migrations: readonly Migration[],
): SnapshotSource => ({
  schemaName: place.schemaName,
  ownerRole: installation.roles.owner,
  migrations,
});

export const nameIn = ({ place }: MoveEndpoint, table: { name: string }): string =>
  `${quoteIdentifier(place.schemaName)}.${quoteIdentifier(table.name)}`;
