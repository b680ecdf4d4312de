import { getColumns, type InferInsertModel, type InferSelectModel, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { isForeignKeyViolation } from '../db/pg-errors.ts';
import type { BoundStatement } from '../db/pipelined-statements.ts';
import { changesOf, type RowChanges } from '../lib/changes-of.ts';
import { AppError } from '../lib/errors.ts';
import { toDriver } from './column-values.ts';
import { given, Statement } from './statement.ts';
import { takenValueError, type UniqueFields } from './unique-fields.ts';

/** A table whose rows have an id. */
export type IdTable = PgTable & { id: PgColumn };
/** A table whose rows have a version number. */
export type VersionedTable = IdTable & { version: PgColumn };

type Row = { id: string; version: number };

/**
 * Throws STALE_VERSION when the caller saw an older version. From the id in `current`, the graph reads the current
 * object.
 */
export function requireVersion(current: Row, expected: number | null | undefined, typename: string): void {
  if (expected === null || expected === undefined || expected === current.version) return;
  throw new AppError('STALE_VERSION', `This ${typename} has changed since you read it`, {
    field: 'input.expectedVersion',
    current: { id: `${typename}:${current.id}` },
  });
}

/**
 * The statement that inserts a row. Absent keys get the defaults of their columns. If a unique index refuses the row,
 * the transaction fails with ALREADY_EXISTS and the argument.
 */
export function insertionOf<T extends PgTable>(
  table: T,
  row: InferInsertModel<T>,
  unique: UniqueFields = {},
): BoundStatement {
  const values = valuesOf(table, { ...madeBy(table, 'insert', row), ...row });
  const keys = Object.keys(values);
  return statementOf(table, `insert ${keys.join()}`, () => {
    const columns = getColumns(table) as Record<string, PgColumn>;
    const names = sql.join(
      keys.map((key) => sql.identifier(columns[key]!.name)),
      sql`, `,
    );
    return sql`insert into ${table} (${names}) values (${sql.join(keys.map(given), sql`, `)})`;
  }).bind(values, { translateError: takenValueError(unique) });
}

/** The statement that updates a row, and what it changes. */
export interface Update extends BoundStatement {
  changes: RowChanges;
}

/**
 * The statement that updates a locked row and increments its version; undefined if the patch changes nothing. Absent
 * keys stay, null clears. A unique index that refuses the row makes the transaction fail as in `insertionOf`.
 */
export function updateOf<T extends VersionedTable>(
  table: T,
  current: Row,
  patch: Partial<InferSelectModel<T>>,
  unique: UniqueFields = {},
): Update | undefined {
  const { id, version } = current;
  const columns = getColumns(table as PgTable) as Record<string, PgColumn>;
  const changes = changesOf(current, patch, columns);
  if (!Object.keys(changes.after).length) return undefined;
  const row = { ...changes.after, version: version + 1 };
  const values = valuesOf(table, { ...madeBy(table, 'update', row), ...row });
  const keys = Object.keys(values);
  const statement = statementOf(table, `update ${keys.join()}`, () => {
    const set = keys.map((key) => sql`${sql.identifier(columns[key]!.name)} = ${given(key)}`);
    return sql`update ${table} set ${sql.join(set, sql`, `)} where ${table.id} = ${given(ownId)}`;
  });
  return { ...statement.bind({ ...values, [ownId]: id }, { translateError: takenValueError(unique) }), changes };
}

/**
 * The statement that deletes a locked row. If other rows refer to it, the transaction fails with IN_USE and the message
 * `inUse`.
 */
export function deletionOf(table: IdTable, id: string, inUse: string): BoundStatement {
  const translateError = (error: unknown): unknown =>
    isForeignKeyViolation(error) ? new AppError('IN_USE', inUse, { field: 'input.id' }, { cause: error }) : error;
  const statement = statementOf(table, 'delete', () => sql`delete from ${table} where ${table.id} = ${given(ownId)}`);
  return statement.bind({ [ownId]: id }, { translateError });
}

/** The placeholder for the id of the changed row; no column has this name. */
const ownId = 'own id';

/** The number of statements kept for each table: one for each set of columns. */
const mostForms = 200;
const statements = new WeakMap<PgTable, Map<string, Statement<Values>>>();

type Values = Record<string, unknown>;

function statementOf(table: PgTable, form: string, make: () => SQL): Statement<Values> {
  const ofTable = statements.get(table) ?? new Map<string, Statement<Values>>();
  statements.set(table, ofTable);
  const known = ofTable.get(form);
  if (known) return known;
  const made = new Statement<Values>(make());
  if (ofTable.size >= mostForms) ofTable.clear();
  ofTable.set(form, made);
  return made;
}

/** Values of `$defaultFn` and `$onUpdate` for absent columns, as drizzle sets them. */
function madeBy(table: PgTable, change: 'insert' | 'update', row: object): Values {
  const made: Values = {};
  for (const [key, column] of Object.entries(getColumns(table))) {
    if ((row as Values)[key] !== undefined) continue;
    const { defaultFn, onUpdateFn, hasDefault } = column;
    if (change === 'insert' && defaultFn) made[key] = defaultFn();
    else if (onUpdateFn && (change === 'update' || !hasDefault)) made[key] = onUpdateFn();
  }
  return made;
}

/** The values as they are sent to the database, without absent keys. */
function valuesOf(table: PgTable, row: Values): Values {
  const columns = getColumns(table) as Record<string, PgColumn>;
  const values: Values = {};
  for (const [key, value] of Object.entries(row)) {
    const column = columns[key];
    if (column && value !== undefined) values[key] = toDriver(column, value);
  }
  return values;
}
