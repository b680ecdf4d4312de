import { getTableName, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { refusalOf } from '../db/pg-errors.ts';
import type { BoundStatement } from '../db/pipelined-statements.ts';
import type { Viewer } from '../identity/viewer.ts';
import { type AppError, badInput, notFound } from '../lib/errors.ts';
import type { TenantTx } from '../tenancy/tenant-session.ts';
import type { IdTable } from './rows.ts';
import { given } from './statement.ts';
import { viewerStatement } from './viewer-statement.ts';
import { rowsById } from './visible-rows.ts';

/**
 * A row that an argument refers to: the viewer must see it. It is locked against deletion, so that the reference stays
 * valid.
 */
export interface ReferencedRow {
  table: IdTable;
  id: string;
  typename: string;
  /** The path of the argument. */
  field: string;
  /**
   * The column `by` of the row must have the value `to`. If it has another one, the error is BAD_INPUT with the message
   * `otherwise`, or NOT_FOUND without a message.
   */
  belongs?: { to: string; by: PgColumn; otherwise?: string };
}

/** A condition that is checked together with the references. */
export interface Rule {
  /** One word. */
  name: string;
  /** An expression that is true, or fails because it evaluates `brokenRule`. */
  holds: SQL;
  /** The values of its placeholders. */
  given: Readonly<Record<string, unknown>>;
  /** The error of a broken rule, by the detail that `holds` gives. */
  broken(detail: string): AppError;
}

/** What must hold for a change to be committed. */
export interface Requirements {
  references?: readonly ReferencedRow[] | undefined;
  rules?: readonly Rule[] | undefined;
}

/**
 * Makes the transaction fail unless the requirements hold, without waiting for the answer. The first that does not hold
 * decides the error: references before rules, each in their order. For requirements of a change, pass them to the
 * change as `require` instead: both are then one statement.
 */
export function checkAtCommit(tx: TenantTx, viewer: Viewer, requirements: Requirements): void {
  const check = checkOf(viewer, requirements);
  if (check) tx.send(check);
}

/** The statement that returns true if the requirements hold, and fails otherwise. Undefined if there are none. */
export function checkOf(viewer: Viewer, { references = [], rules = [] }: Requirements): BoundStatement | undefined {
  if (references.length === 0 && rules.length === 0) return undefined;
  const values: Record<string, unknown> = Object.assign({}, ...rules.map((rule) => rule.given));
  for (const [i, { id, belongs }] of references.entries()) {
    values[`id${i}`] = id;
    if (belongs) values[`to${i}`] = belongs.to;
  }
  const name = `require ${references.map(keyOfReference)} ${rules.map((rule) => rule.name)}`;
  const statement = viewerStatement(name, viewer, (of) => {
    const found = references.map((reference, i) => requiredRow(reference, i, of));
    return sql`select ${sql.join([...found, ...rules.map(({ holds }) => holds)], sql` and `)}`;
  });
  const translateError = (error: unknown): unknown => {
    const reason = refusalOf(error);
    return (reason !== undefined && meaningOf(reason, references, rules)) || error;
  };
  return statement.bind({ ...values, viewer }, { translateError });
}

/** An SQL expression that makes its statement fail; `reason`, of type text, is returned by `refusalOf`. */
const refusal = (reason: SQL): SQL => sql`extensions.refuse(${reason})`;

/** An SQL expression that makes its statement fail with the broken rule of this name; `detail` is SQL of type text. */
export const brokenRule = (name: string, detail: SQL): SQL => refusal(sql`${sql.raw(`'rule ${name} '`)} || ${detail}`);

/** The error for a reason of `refusal`; undefined for a reason that comes from another check. */
function meaningOf(reason: string, references: readonly ReferencedRow[], rules: readonly Rule[]): AppError | undefined {
  const [, name, detail = ''] = /^rule (\S+) (.*)$/s.exec(reason) ?? [];
  if (name) return rules.find((rule) => rule.name === name)?.broken(detail);
  const [, what, place] = /^(missing|wrong) (\d+)$/.exec(reason) ?? [];
  const reference = references[Number(place)];
  if (!reference) return undefined;
  const { typename, field, belongs } = reference;
  return what === 'wrong' && belongs?.otherwise ? badInput(belongs.otherwise, field) : notFound(typename, field);
}

const keyOfReference = ({ table, belongs }: ReferencedRow): string =>
  belongs ? `${getTableName(table)}.${belongs.by.name}` : getTableName(table);

/** True if the row is visible and belongs to the right row. */
function requiredRow({ table, belongs }: ReferencedRow, place: number, viewer: Viewer): SQL {
  const holds = belongs ? sql`coalesce(${belongs.by} = ${given(`to${place}`)}, false)` : sql`true`;
  const found = sql`(${rowsById(table, holds, `id${place}`, viewer)} for key share)`;
  const [missing, wrong] = [`missing ${place}`, `wrong ${place}`].map((reason) => refusal(sql.raw(`'${reason}'`)));
  return sql`case ${found} when true then true when false then ${wrong} else ${missing} end`;
}
