import { and, eq, getColumns, getTableName, type InferSelectModel, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { refusalOf } from '../db/pg-errors.ts';
import type { Viewer } from '../identity/viewer.ts';
import { type AppError, badInput, notFound } from '../lib/errors.ts';
import type { TenantTx } from '../tenancy/binding.ts';
import { readerOfColumn } from './column-values.ts';
import { conditionOf } from './guarded-db.ts';
import type { IdTable } from './rows.ts';
import { given } from './statement.ts';
import { viewerStatement } from './viewer-statement.ts';

/** A row without its search vector. */
export type Row<T extends IdTable> = Omit<InferSelectModel<T>, 'search'>;

type Lock = 'no key update' | 'key share' | undefined;

/** A row that an argument refers to. */
export interface Reference {
  table: IdTable;
  id: string;
  typename: string;
  /** The path of the argument. */
  field: string;
  /** What must hold of the row beside that the viewer sees it: a column with a value, or `otherwise` is wrong. */
  belongs?: { to: string; by: PgColumn; otherwise: string };
}

/** An additional rule that is checked together with the rows. */
export interface Rule {
  /** One word. */
  name: string;
  /** True, or refused by `brokenRule`. */
  holds: SQL;
  given: Readonly<Record<string, unknown>>;
  /** The error of a broken rule, by the detail that `holds` gives. */
  broken(detail: string): AppError;
}

/** The row, if the viewer may see it. Throws NOT_FOUND with the argument of the id. */
export const getVisible = <T extends IdTable>(
  tx: TenantTx,
  viewer: Viewer,
  table: T,
  id: string,
  typename: string,
  field = 'input.id',
): Promise<Row<T>> => findVisible(tx, viewer, { table, id, typename, field }, undefined) as Promise<Row<T>>;

/** The same, locked against other changes until the transaction ends; other rows may still refer to it. */
export const lockVisible = <T extends IdTable>(
  tx: TenantTx,
  viewer: Viewer,
  table: T,
  id: string,
  typename: string,
  field = 'input.id',
): Promise<Row<T>> => findVisible(tx, viewer, { table, id, typename, field }, 'no key update') as Promise<Row<T>>;

/** Makes the transaction fail with NOT_FOUND unless the viewer may see the row: see `requireAllVisible`. */
export function requireVisible(
  tx: TenantTx,
  viewer: Viewer,
  table: IdTable,
  id: string,
  typename: string,
  field: string,
): void {
  requireAllVisible(tx, viewer, [{ table, id, typename, field }]);
}

/**
 * Makes the transaction fail with NOT_FOUND for the first of these rows that is missing or invisible, with BAD_INPUT for the
 * first that belongs to another row than it should, or with the error of the first broken rule. Does not wait: the check
 * becomes part of the statement of the change that follows. Locks the rows against deletion, so that references stay valid.
 */
export function requireAllVisible(
  tx: TenantTx,
  viewer: Viewer,
  references: readonly Reference[],
  rules: readonly Rule[] = [],
): void {
  if (references.length === 0 && rules.length === 0) return;
  const values: Record<string, unknown> = Object.assign({}, ...rules.map((rule) => rule.given));
  for (const [i, { id, belongs }] of references.entries()) {
    values[`id${i}`] = id;
    if (belongs) values[`to${i}`] = belongs.to;
  }
  const name = `require ${references.map(nameOf)} ${rules.map((rule) => rule.name)}`;
  const statement = viewerStatement(name, viewer, (of) => {
    const found = references.map((reference, i) => requiredRow(reference, i, of));
    return sql`select ${sql.join([...found, ...rules.map(({ holds }) => holds)], sql` and `)}`;
  });
  const refused = (error: unknown): unknown => {
    const reason = refusalOf(error);
    return (reason !== undefined && meaningOf(reason, references, rules)) || error;
  };
  statement.holdCheck(tx, { ...values, viewer }, { refused });
}

/** An SQL expression that makes its statement fail; `reason`, of type text, is returned by `refusalOf`. */
const refusal = (reason: SQL): SQL => sql`extensions.refuse(${reason})`;

/** An SQL expression that makes its statement fail with the broken rule of this name; `detail` is SQL of type text. */
export const brokenRule = (name: string, detail: SQL): SQL => refusal(sql`${sql.raw(`'rule ${name} '`)} || ${detail}`);

/** Undefined for the reason of another check. */
function meaningOf(reason: string, references: readonly Reference[], rules: readonly Rule[]): AppError | undefined {
  const [, name, detail = ''] = /^rule (\S+) (.*)$/s.exec(reason) ?? [];
  if (name) return rules.find((rule) => rule.name === name)?.broken(detail);
  const [, what, place] = /^(missing|wrong) (\d+)$/.exec(reason) ?? [];
  const reference = references[Number(place)];
  if (!reference) return undefined;
  const { typename, field, belongs } = reference;
  return what === 'missing' ? notFound(typename, field) : belongs && badInput(belongs.otherwise, field);
}

const nameOf = ({ table, belongs }: Reference): string =>
  belongs ? `${getTableName(table)}.${belongs.by.name}` : getTableName(table);

/** True if the row is visible and belongs to the right row. */
function requiredRow({ table, belongs }: Reference, place: number, viewer: Viewer): SQL {
  const holds = belongs ? sql`coalesce(${belongs.by} = ${given(`to${place}`)}, false)` : sql`true`;
  const found = sql`(${rowsById(table, holds, `id${place}`, viewer)} for key share)`;
  const [missing, wrong] = [`missing ${place}`, `wrong ${place}`].map((reason) => refusal(sql.raw(`'${reason}'`)));
  return sql`case ${found} when true then true when false then ${wrong} else ${missing} end`;
}

async function findVisible(
  tx: TenantTx,
  viewer: Viewer,
  { table, id, typename, field }: Reference,
  lock: Lock,
): Promise<object> {
  const columns = columnsOf(table);
  const statement = viewerStatement<{ id: string }>(`row ${getTableName(table)} ${lock}`, viewer, (of) => {
    const names = sql.join(Object.values(columns), sql`, `);
    const rows = rowsById(table, names, 'id', of);
    return lock ? sql`${rows} for ${sql.raw(lock)}` : rows;
  });
  const [values] = (await statement.run(tx, { id, viewer })) as unknown as [unknown[] | undefined];
  if (!values) throw notFound(typename, field);
  return rowOf(columns, values);
}

/** Selects from the row with an id, if the viewer may see it. */
const rowsById = (table: IdTable, selected: SQL, id: string, viewer: Viewer): SQL =>
  sql`select ${selected} from ${table} where ${and(conditionOf(table, viewer), eq(table.id, given(id)))}`;

function columnsOf(table: IdTable): Record<string, PgColumn> {
  const { search: _, ...columns } = getColumns(table as PgTable) as Record<string, PgColumn>;
  return columns;
}

function rowOf(columns: Record<string, PgColumn>, values: readonly unknown[]): object {
  const row: Record<string, unknown> = {};
  for (const [i, [key, column]] of Object.entries(columns).entries()) {
    const value = values[i];
    row[key] = value === null ? null : (readerOfColumn(column)?.(value) ?? value);
  }
  return row;
}
