import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** One folder of a migration line, in drizzle-kit's format: `<14 digits of time>_<title>/migration.sql`. */
export interface Migration {
  line: string;
  name: string;
  /** SHA-256 of the file. If an applied migration was edited, the hash differs from the one in the ledger. */
  hash: string;
  /** Each is sent as a message of its own, which Citus requires. */
  statements: readonly string[];
  /** Changes of many rows, made before the statements, in transactions of their own. */
  batches: readonly Batches[];
}

/** A change of a table's rows in batches; `$1` holds the ids of a batch. It may be interrupted and repeated. */
export interface Batches {
  table: string;
  statement: string;
}

const breakpoint = '--> statement-breakpoint';

/** The migrations of one line, oldest first; empty without a folder. Throws for a folder that is not a migration. */
export function readLine(root: string, line: string): Migration[] {
  const folder = path.join(root, line);
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return names.map((entry) => readMigration(folder, line, entry.name)).sort(byName);
}

/**
 * Merges lines into one sequence: by timestamp, and equal timestamps by the order of the lines, so that a module's
 * tables exist before a later module refers to them.
 */
export function mergeLines(lines: readonly (readonly Migration[])[]): Migration[] {
  const ranked = lines.flatMap((line, rank) => line.map((migration) => ({ migration, rank })));
  ranked.sort(
    (a, b) =>
      compare(timestampOf(a.migration), timestampOf(b.migration)) ||
      a.rank - b.rank ||
      byName(a.migration, b.migration),
  );
  return ranked.map(({ migration }) => migration);
}

/** The table that a statement creates; undefined for any other statement. */
export const createdTable = (statement: string): string | undefined =>
  /^\s*create table (?:if not exists )?"?(\w+)"?/i.exec(statement)?.[1];

/** Every table name that these migrations create or rename to, including tables that a later migration drops. */
export function tablesMadeBy(migrations: readonly Migration[]): string[] {
  const names = migrations.flatMap(({ statements }) =>
    statements.map((each) => createdTable(each) ?? renamedTable(each)),
  );
  return [...new Set(names.filter((name) => name !== undefined))];
}

const renamedTable = (statement: string): string | undefined =>
  /^\s*alter table (?:if exists )?"?\w+"? rename to "?(\w+)"?/i.exec(statement)?.[1];

function readMigration(folder: string, line: string, name: string): Migration {
  if (!/^\d{14}_/.test(name)) throw new Error(`${path.join(folder, name)} does not have the name of a migration`);
  const text = readFileSync(path.join(folder, name, 'migration.sql'), 'utf8').replaceAll('\r\n', '\n');
  const parts = text.split(breakpoint).map(withoutSemicolon).filter(hasSql);
  const batches = parts.flatMap((part) => batchesOf(part) ?? []);
  const statements = parts.filter((part) => !batchesOf(part));
  return { line, name, hash: createHash('sha256').update(text).digest('hex'), statements, batches };
}

/** A statement that begins with the comment `-- batches of <table>`. */
function batchesOf(statement: string): Batches | undefined {
  const table = /^-- batches of (\w+)$/m.exec(statement.split('\n', 1)[0]!)?.[1];
  return table === undefined ? undefined : { table, statement };
}

const withoutSemicolon = (statement: string): string => statement.trim().replace(/[;\s]+$/, '');
const hasSql = (statement: string): boolean => statement.replace(/--.*$/gm, '').trim() !== '';
const timestampOf = (migration: Migration): string => migration.name.slice(0, 14);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byName = (a: Migration, b: Migration): number => compare(a.name, b.name);
