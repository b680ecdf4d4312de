import { type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Viewer } from '../../identity/viewer.ts';
import { columnsOf } from './cascade.ts';
import { isLogged } from './confidential.ts';
import { typesOfRows } from './row-types.ts';
import { events } from './tables.ts';

const none = sql`null::jsonb`;
/** A name of the program, which needs no escape. */
const literal = (name: string): SQL => sql.raw(`'${name}'`);

interface RowsOfEvents {
  id: SQL;
  before?: SQL;
  after?: SQL;
  rows: SQL;
}

/**
 * The statement that records an event for each row. The rows stay in the database, because a project may have a hundred
 * thousand parts.
 */
export function insertEvents(
  viewer: Viewer,
  typename: string,
  verb: string,
  { id, before, after, rows }: RowsOfEvents,
): SQL {
  const action = `${typename[0]!.toLowerCase()}${typename.slice(1)}.${verb}`;
  return sql`insert into ${events} (id, actor_id, action, resource_type, resource_id, before, after)
    select gen_random_uuid(), ${viewer.profileId}::uuid, ${action}, ${typename}, part.id, part.before, part.after
    from (select ${id} as id, ${before ?? none} as before, ${after ?? none} as after from ${rows}) as part
    returning resource_id`;
}

export const typenameOf = (table: string): string | undefined =>
  typesOfRows().find((each) => each.table === table)?.typename;

/** One column of a row, by its name in the program. */
export const columnValue = (table: string, column: PgColumn, value: SQL): SQL =>
  sql`jsonb_build_object(${literal(keyOf(table, column))}::text, ${shown(column, value)})`;

const keyOf = (table: string, column: PgColumn): string =>
  Object.entries(columnsOf(table)).find(([, each]) => each === column)![0];

/** The columns of a row as events record them: exact numbers as text, instants in ISO 8601. */
export function valuesOf(table: string): SQL {
  const pairs = Object.entries(columnsOf(table)).flatMap(([key, column]) => {
    if (key === 'search' || !isLogged(table, key)) return [];
    return [sql`${literal(key)}::text, ${shown(column)}`];
  });
  return sql`jsonb_build_object(${sql.join(pairs, sql`, `)})`;
}

function shown(column: PgColumn, value: SQL = sql`${column}`): SQL {
  const type = column.getSQLType();
  if (type.startsWith('numeric')) return sql`${value}::text`;
  if (type.startsWith('timestamp')) return sql`to_char(${value} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  return value;
}
