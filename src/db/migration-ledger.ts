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

const applied = `select schema_name, jsonb_agg(jsonb_build_object('line', module, 'name', name, 'hash', hash) order by module, name) as applied from chantier.tenant_migrations`;

/** Most schemas have the same migrations, so they are told once, with the schemas that have them. */
const grouped = (each: string): string =>
  `select applied, jsonb_agg(schema_name) as "schemaNames" from (${each} group by schema_name) each_schema group by applied`;

/** Asks for what is applied to all schemas of a database, whatever their number. */
export const wholeLedger = grouped(applied);

/** Asks for what is applied to the schemas $1. */
export const ledgerOfSchemas = grouped(`${applied} where schema_name = any($1::text[])`);

export interface LedgerRow {
  schemaNames: string[];
  applied: Applied[];
}

export const toLedger = (rows: readonly LedgerRow[]): Ledger =>
  new Map(rows.flatMap((row) => row.schemaNames.map((name) => [name, row.applied] as const)));

export type SchemaState =
  | { state: 'CURRENT' }
  /** Older than this build: these are to be applied. */
  | { state: 'BEHIND'; pending: readonly Migration[] }
  /** Has everything of this build, and expansions of a newer one, such as this. */
  | { state: 'EXTENDED'; migration: string }
  /** Contracted by a newer build, or built from other files: not ours to touch. */
  | { state: 'AHEAD' | 'EDITED'; migration: string };

/**
 * Whether a migration takes something away that the build before it still uses. Its name says so, because a build that
 * does not know the migration reads nothing but the name in the ledger.
 */
export const isContraction = ({ name }: { name: string }): boolean => /^\d{14}_contract(_|$)/.test(name);

/**
 * Whether a build can serve a schema: it has every expansion that the build uses, and nothing that the build uses was
 * taken away.
 */
export function fitsBuild(found: SchemaState): boolean {
  if (found.state === 'BEHIND') return found.pending.every(isContraction);
  return found.state === 'CURRENT' || found.state === 'EXTENDED';
}

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

/** Throws SCHEMA_MISMATCH unless this build knows every migration that made a schema. */
export function requireKnown(schemaName: string, applied: readonly Applied[], known: readonly Migration[]): void {
  const found = stateOf([], applied, known);
  if (found.state === 'EXTENDED') throw schemaMismatch(schemaName, { ...found, state: 'AHEAD' });
  if (found.state === 'AHEAD' || found.state === 'EDITED') throw schemaMismatch(schemaName, found);
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
