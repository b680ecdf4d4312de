import { sql } from 'drizzle-orm';
import {
  type Ledger,
  type LedgerRow,
  type SchemaState,
  stateOf,
  toLedger,
  wholeLedger,
} from '../db/migration-ledger.ts';
import { AppError } from '../lib/errors.ts';
import type { Catalog } from './catalog.ts';
import { forEachTenant } from './for-each-tenant.ts';
import type { MigrationLines } from './modules.ts';

/** How one schema stands to this build. */
export interface SchemaStatus {
  schemaName: string;
  slug: string | undefined;
  found: SchemaState;
  quarantined: boolean;
}

/**
 * How every schema stands to this build: what is shared first, then tenants and spares by schema name. The ledger is one
 * query. When the catalog itself is behind, the tenants are not listed: its tables may not be there yet.
 */
export async function schemaStatus(catalog: Catalog, lines: MigrationLines): Promise<SchemaStatus[]> {
  const ledger = await readLedger(catalog);
  const shared = [
    ['extensions', lines.database],
    ['catalog', lines.catalog],
  ] as const;
  const statuses: SchemaStatus[] = shared.map(([schemaName, wanted]) => ({
    schemaName,
    slug: undefined,
    found: stateOf(wanted, ledger.get(schemaName) ?? []),
    quarantined: false,
  }));
  if (statuses.some(({ found }) => found.state === 'BEHIND')) return statuses;
  await forEachTenant(
    catalog,
    async ({ schemaName, organization, quarantined }) => {
      const wanted = lines.ofTenant(organization?.modules);
      const found = stateOf(wanted, ledger.get(schemaName) ?? [], lines.everything());
      statuses.push({ schemaName, slug: organization?.slug, found, quarantined });
    },
    { parallel: 1, spares: true },
  );
  return statuses;
}

/**
 * For the start of a server: throws SCHEMA_MISMATCH when a schema is newer or older than this build, naming the command
 * that mends it. Quarantined tenants do not stop the others; they are not served.
 */
export async function assertSchemasCurrent(catalog: Catalog, lines: MigrationLines): Promise<void> {
  const all = await schemaStatus(catalog, lines);
  const wrong = all.filter(({ found, quarantined }) => !quarantined && found.state !== 'CURRENT');
  const foreign = wrong.filter(({ found }) => found.state !== 'BEHIND');
  if (foreign.length > 0) {
    throw mismatch(
      foreign,
      'not of this build: run `chantier migrate --status` to see why, and the build that made them',
    );
  }
  if (wrong.length > 0) throw mismatch(wrong, 'older than this build: run `chantier migrate`');
}

function mismatch(schemas: readonly SchemaStatus[], what: string): AppError {
  const names = schemas.map(({ schemaName, slug }) => slug ?? schemaName);
  const some = names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '');
  return new AppError('SCHEMA_MISMATCH', `Schemas (${some}) are ${what}`, { schemas: names });
}

function readLedger(catalog: Catalog): Promise<Ledger> {
  // Its shape is that of the query's text, which drizzle cannot know
  return catalog.read(async (db) => toLedger((await db.execute(sql.raw(wholeLedger))) as unknown as LedgerRow[]));
}
