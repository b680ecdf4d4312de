import { type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { tasks } from './tables.ts';

interface Row {
  id: PgColumn | SQL.Aliased | SQL;
  status: PgColumn | SQL.Aliased | SQL;
}

/**
 * The progress of a task in percent, as part of the statement that reads its row: 100 if it is DONE, otherwise the
 * share of DONE leaves among its subtasks. A DONE task counts as a leaf, whatever its own subtasks are.
 */
export const progressOf = ({ id, status }: Row): SQL<number> => sql<number>`case when ${status} = 'DONE' then 100 else (
  with recursive part (id, status) as (
    select id, status from ${tasks} as child where child.parent_id = ${id}
    union all select child.id, child.status from ${tasks} as child join part on child.parent_id = part.id
    where part.status <> 'DONE')
  select coalesce(round(100.0 * count(*) filter (where part.status = 'DONE') / nullif(count(*), 0)), 0)::int
  from part where part.status = 'DONE'
    or not exists (select 1 from ${tasks} as child where child.parent_id = part.id)) end`;
