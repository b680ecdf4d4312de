import { AppError } from '../lib/errors.ts';
import type { Migration } from './migration-files.ts';

/** A row of `chantier.tenant_migrations`: what was applied to one schema of this database. */
export interface Applied {
  line: string;
  name: string;
  hash: string;
}

/** What was applied, by schema. */
export type Ledger = ReadonlyMap<string, readonly Applied[]>;

const ledger = `select schema_name as "schemaName", jsonb_agg(jsonb_build_object('line', module, 'name', name, 'hash', hash)) as applied from chantier.tenant_migrations`;

/** Asks for what is applied to all schemas of a database, whatever their number. */
export const wholeLedger = `${ledger} group by schema_name`;

/** Asks for what is applied to the schemas $1. */
export const ledgerOfSchemas = `${ledger} where schema_name = any($1::text[]) group by schema_name`;

export interface LedgerRow {
  schemaName: string;
  applied: Applied[];
}

export const toLedger = (rows: readonly LedgerRow[]): Ledger =>
  new Map(rows.map((row) => [row.schemaName, row.applied]));

export type SchemaState =
  | { state: 'CURRENT' }
  /** Older than this build: these are to be applied. */
  | { state: 'BEHIND'; pending: readonly Migration[] }
  /** Newer than this build, or built from other files: not ours to touch. */
  | { state: 'AHEAD' | 'EDITED'; migration: string };

/**
 * Compares a schema with the migrations it should have. Lines that were applied and are not wanted now (a module that
 * was switched off keeps its tables) are compared only when their files are given in `others`.
 */
export function stateOf(
  wanted: readonly Migration[],
  applied: readonly Applied[],
  others: readonly Migration[] = [],
): SchemaState {
  const known = new Map([...wanted, ...others].map((migration) => [keyOf(migration), migration.hash]));
  for (const row of applied) {
    const hash = known.get(keyOf(row));
    if (hash === undefined) return { state: 'AHEAD', migration: keyOf(row) };
    if (hash !== row.hash) return { state: 'EDITED', migration: keyOf(row) };
  }
  const done = new Set(applied.map(keyOf));
  const pending = wanted.filter((migration) => !done.has(keyOf(migration)));
  return pending.length === 0 ? { state: 'CURRENT' } : { state: 'BEHIND', pending };
}

/** Why a schema cannot be migrated by this build, with what mends it. */
export function schemaMismatch(schemaName: string, found: { state: 'AHEAD' | 'EDITED'; migration: string }): AppError {
  const message =
    found.state === 'AHEAD'
      ? `${schemaName} has the migration ${found.migration}, which this build does not know: run the build that made it, or a newer one`
      : `${schemaName} was made by another ${found.migration}: restore that file with \`git checkout\` and put the change in a new migration (\`npm run generate\`)`;
  return new AppError('SCHEMA_MISMATCH', message, { schemaName, migration: found.migration });
}

const keyOf = ({ line, name }: { line: string; name: string }): string => `${line}/${name}`;
