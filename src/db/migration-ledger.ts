import { AppError } from '../lib/errors.ts';
import type { Migration } from './migration-files.ts';

/** A row of `chantier.tenant_migrations`: a migration that was applied to a schema of this database. */
export interface Applied {
  line: string;
  name: string;
  hash: string;
}

/** The applied migrations by schema. */
export type Ledger = ReadonlyMap<string, readonly Applied[]>;

const applied = `select schema_name, jsonb_agg(jsonb_build_object('line', module, 'name', name, 'hash', hash) order by module, name) as applied from chantier.tenant_migrations`;

/** Most schemas have the same migrations, so each set of migrations is returned once, with its schemas. */
const grouped = (each: string): string =>
  `select applied, jsonb_agg(schema_name) as "schemaNames" from (${each} group by schema_name) each_schema group by applied`;

/** Selects the applied migrations of all schemas of a database. */
export const wholeLedger = grouped(applied);

/** Selects the applied migrations of the schemas in $1. */
export const ledgerOfSchemas = grouped(`${applied} where schema_name = any($1::text[])`);

export interface LedgerRow {
  schemaNames: string[];
  applied: Applied[];
}

export const toLedger = (rows: readonly LedgerRow[]): Ledger =>
  new Map(rows.flatMap((row) => row.schemaNames.map((name) => [name, row.applied] as const)));

export type SchemaState =
  | { state: 'CURRENT' }
  /** Older than this build: these migrations are pending. */
  | { state: 'BEHIND'; pending: readonly Migration[] }
  /** Has every migration of this build, and expansions of a newer one, of which this is one. */
  | { state: 'EXTENDED'; migration: string }
  /** Contracted by a newer build, or built from other files: this build must not touch it. */
  | { state: 'AHEAD' | 'EDITED'; migration: string };

/**
 * Whether a migration removes something that the previous build still uses. The name says so, because a build that does
 * not know the migration sees only its name in the ledger.
 */
export const isContraction = ({ name }: { name: string }): boolean => /^\d{14}_contract(_|$)/.test(name);

/**
 * Whether a build can serve a schema: the schema has every expansion that the build uses, and no contraction that the
 * build does not know.
 */
export function fitsBuild(found: SchemaState): boolean {
  if (found.state === 'BEHIND') return found.pending.every(isContraction);
  return found.state === 'CURRENT' || found.state === 'EXTENDED';
}

/**
 * Compares a schema with the migrations that it should have. `others` holds the migrations that it may have besides: a
 * module that was switched off keeps its tables. Any other applied migration counts as one of a newer build.
 */
export function stateOf(
  wanted: readonly Migration[],
  applied: readonly Applied[],
  others: readonly Migration[] = [],
): SchemaState {
  const known = new Map([...wanted, ...others].map((migration) => [keyOf(migration), migration.hash]));
  let newer: string | undefined;
  for (const row of applied) {
    const hash = known.get(keyOf(row));
    if (hash === undefined && isContraction(row)) return { state: 'AHEAD', migration: keyOf(row) };
    if (hash === undefined) newer ??= keyOf(row);
    else if (hash !== row.hash) return { state: 'EDITED', migration: keyOf(row) };
  }
  const done = new Set(applied.map(keyOf));
  const pending = wanted.filter((migration) => !done.has(keyOf(migration)));
  if (pending.length > 0) return { state: 'BEHIND', pending };
  return newer === undefined ? { state: 'CURRENT' } : { state: 'EXTENDED', migration: newer };
}

/** Throws SCHEMA_MISMATCH unless this build knows every migration of a schema. */
export function requireKnown(schemaName: string, applied: readonly Applied[], known: readonly Migration[]): void {
  const found = stateOf([], applied, known);
  if (found.state === 'EXTENDED') throw schemaMismatch(schemaName, { ...found, state: 'AHEAD' });
  if (found.state === 'AHEAD' || found.state === 'EDITED') throw schemaMismatch(schemaName, found);
}

/** Says why this build cannot migrate a schema, and what to do about it. */
export function schemaMismatch(schemaName: string, found: { state: 'AHEAD' | 'EDITED'; migration: string }): AppError {
  const message =
    found.state === 'AHEAD'
      ? `${schemaName} has the migration ${found.migration}, which this build does not know: use the build that applied it, or a newer one`
      : `${schemaName} was migrated by a different version of ${found.migration}: restore that file with \`git checkout\` and put the change in a new migration (\`npm run generate\`)`;
  return new AppError('SCHEMA_MISMATCH', message, { schemaName, migration: found.migration });
}

const keyOf = ({ line, name }: { line: string; name: string }): string => `${line}/${name}`;
