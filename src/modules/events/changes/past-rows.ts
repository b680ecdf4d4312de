import { getTableName, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { TableName } from '../../../access/row-rules.ts';
import { relations } from '../../../relations.ts';
import { columnsOf } from '../cascade.ts';
import { typenameOf } from '../row-events.ts';
import { events } from '../tables.ts';

/** The most recent events that are used to find what a viewer could see before. */
export const mostRecent = 10_000;

/** The columns of tables that row rules read. */
type ReadColumns = ReadonlyMap<TableName, ReadonlySet<string>>;

/**
 * Which rows the tables had: with `ever`, each row in every version that it has had since the position, so that
 * whatever was visible at some moment is found; with `then`, each row as it was at the position.
 */
type Moment = 'ever' | 'then';

const nameOf = (table: TableName): SQL => sql`${sql.identifier(getTableName(relations[table].table))}`;
const versionsOf = (table: TableName): SQL => sql`${sql.identifier(`was ${table}`)}`;

/** Whose events are read: all of some types, and those of some rows. */
interface Concerned {
  types: readonly string[];
  ids: SQL;
}

/**
 * The CTEs with the earlier versions of rows that have changed since the position, read backwards from the log: an
 * event records the changed columns as they were before it, and the event of a deletion all of them.
 */
export function earlierVersions(after: SQL, columns: ReadColumns, { types, ids }: Concerned): SQL {
  const recent = sql`recent as materialized (
    select row_number() over (order by era, xid, seq) as n, resource_type, resource_id, before, after
    from (select era, xid, seq, resource_type, resource_id, before, after from ${events} where (era, xid, seq) > ${after}
      and (resource_type = any(${sql.param(types)}::text[]) or resource_id = any(${ids}::uuid[]))
      order by era, xid, seq limit ${mostRecent + 1}) as newest)`;
  const versions = [...columns].map(([table, read]) => versionsOfTable(table, read));
  return sql.join([recent, ...versions], sql`, `);
}

function versionsOfTable(table: TableName, read: ReadonlySet<string>): SQL {
  const columns = [...read].map((key) => recordedOrCurrent(columnsOf(table)[key]!, key));
  const type = sql.raw(`'${typenameOf(table)}'`);
  return sql`${versionsOf(table)} as materialized (
    select was.n, ${sql.join(columns, sql`, `)}
    from (select event.n, event.resource_id as id,
        coalesce(jsonb_object_agg(value.key, value.value order by later.n desc) filter (where value.key is not null),
          '{}') as recorded
      from recent as event
      join recent as later on later.resource_type = ${type} and later.resource_id = event.resource_id
        and later.n >= event.n
      left join jsonb_each(later.before) as value on true
      where event.resource_type = ${type} and event.before is not null
      group by event.n, event.resource_id) as was
    left join ${nameOf(table)} as it on it.id = was.id)`;
}

const recordedOrCurrent = (column: PgColumn, key: string): SQL => {
  const [name, at] = [sql.identifier(column.name), sql.raw(`'${key}'`)];
  if (key === 'id') return sql`was.id as ${name}`;
  return sql`case when was.recorded ? ${at} then (was.recorded ->> ${at})::${sql.raw(column.getSQLType())}
    else it.${name} end as ${name}`;
};

/** A query over the tables as they were: CTEs with the names of the tables stand in for them. */
export function asTheyWere(moment: Moment, columns: ReadColumns, query: SQL): SQL {
  const tables = [...columns].map(([table, read]) => {
    const names = [...read].map((key) => sql.identifier(columnsOf(table)[key]!.name));
    const selected = sql.join(names, sql`, `);
    return sql`${nameOf(table)} as not materialized (${moment === 'ever' ? ever(table, selected) : then(table, selected)})`;
  });
  return sql`(with ${sql.join(tables, sql`, `)} ${query})`;
}

const ever = (table: TableName, selected: SQL): SQL =>
  sql`select ${selected} from ${nameOf(table)} union all select ${selected} from ${versionsOf(table)}`;

function then(table: TableName, selected: SQL): SQL {
  const valued = sql`resource_type = ${sql.raw(`'${typenameOf(table)}'`)} and (before is not null or after is not null)`;
  return sql`select ${selected} from ${nameOf(table)} where id not in (select resource_id from recent where ${valued})
    union all select ${selected} from ${versionsOf(table)}
    where n in (select min(n) from recent where ${valued} group by resource_id)`;
}
