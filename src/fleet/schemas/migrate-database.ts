import type { Admin } from '../../db/admin.ts';
import type { Migration } from '../../db/migration-files.ts';
import {
  type Ledger,
  type LedgerRow,
  ledgerOfSchemas,
  schemaMismatch,
  stateOf,
  toLedger,
  wholeLedger,
} from '../../db/migration-ledger.ts';
import { applyMigrations, type MigrateOptions, type MigrationTarget } from '../../db/migrator.ts';
import { type Installation, primaryDatabaseId } from '../../tenancy/installation.ts';
import type { MigrationLines } from './migration-lines.ts';
import { catalogTarget, databaseTarget } from './targets.ts';

/** Reads the migrations that were applied to all schemas of a database, or to some, in one query. */
export function readLedger(admin: Admin, installation: Installation, schemaNames?: readonly string[]): Promise<Ledger> {
  return admin.transaction(async (tx) => {
    await tx.run(`select set_config('role', $1, true)`, [installation.roles.owner]);
    const rows =
      schemaNames === undefined
        ? await tx.run<LedgerRow>(wholeLedger)
        : await tx.run<LedgerRow>(ledgerOfSchemas, [schemaNames]);
    return toLedger(rows);
  });
}

/**
 * The wanted migrations that a schema lacks. Throws SCHEMA_MISMATCH if a newer build has contracted the schema, or if
 * it was created from other migration files.
 */
export function pendingOf(
  ledger: Ledger,
  schemaName: string,
  wanted: readonly Migration[],
  others: readonly Migration[] = [],
): readonly Migration[] {
  const found = stateOf(wanted, ledger.get(schemaName) ?? [], others);
  if (found.state === 'CURRENT' || found.state === 'EXTENDED') return [];
  if (found.state === 'BEHIND') return found.pending;
  throw schemaMismatch(schemaName, found);
}

export interface MigrateDatabaseOptions extends MigrateOptions {
  dryRun?: boolean | undefined;
  /** Selects the pending migrations of a schema that may be applied; all if absent. */
  applicable?: ((pending: readonly Migration[]) => readonly Migration[]) | undefined;
}

/**
 * Migrates what the tenants of a database share: the `database` line and, in the primary database, the catalog and its
 * own row in `catalog.databases`. Applies only the pending migrations that `applicable` selects. Returns them.
 */
export async function migrateDatabase(
  admin: Admin,
  installation: Installation,
  lines: MigrationLines,
  options: MigrateDatabaseOptions = {},
): Promise<readonly Migration[]> {
  const { roles } = installation;
  const isPrimary = installation.databaseId === primaryDatabaseId;
  const steps: [MigrationTarget, readonly Migration[]][] = [[databaseTarget(roles), lines.database]];
  if (isPrimary) steps.push([catalogTarget(roles), lines.catalog]);
  const ledger = await readLedger(
    admin,
    installation,
    steps.map(([{ schemaName }]) => schemaName),
  );
  const { applicable = (pending) => pending } = options;
  const work = steps.map(([target, wanted]) => ({
    target,
    pending: applicable(pendingOf(ledger, target.schemaName, wanted)),
  }));
  const pending = work.flatMap((step) => step.pending);
  if (options.dryRun) return pending;
  for (const step of work) await applyMigrations(admin, step.target, step.pending, options);
  if (isPrimary) await ensurePrimary(admin, installation);
  return pending;
}

async function ensurePrimary(admin: Admin, installation: Installation): Promise<void> {
  await admin.transaction(async (tx) => {
    await tx.run(`select set_config('role', $1, true)`, [installation.roles.catalogOwner]);
    await tx.run(
      `insert into catalog.databases (id, name, kind) values ($1, 'primary', 'PRIMARY') on conflict do nothing`,
      [primaryDatabaseId],
    );
  });
}
