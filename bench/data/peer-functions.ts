import type { AdminTx } from '../../src/db/admin.ts';

/**
 * What the peer needs inside each tenant, written as a user of it would: its own graph has no grouping over a range of
 * days, no order by place on the board, and its generated mutation would not write the event that ours does. PL/pgSQL
 * looks names up when it runs, so the tenant of the request decides.
 */
const functions = [
  `create function tasks_board_column(task tasks) returns int language sql immutable as
   $$ select array_position(array['TODO', 'IN_PROGRESS', 'IN_REVIEW', 'DONE'], task.status) $$`,
  `comment on function tasks_board_column(tasks) is '@behavior +proc:orderBy'`,

  `create function hours_by_month(from_day date, before_day date)
   returns table (project_id uuid, project_name text, month text, hours numeric) language plpgsql stable as
   $$ begin
     return query
     select e.project_id, p.name, e.month, e.hours
     from (
       select t.project_id, date_trunc('month', t.work_date::timestamp)::date::text as month, sum(t.hours) as hours
       from time_entries t where t.work_date >= from_day and t.work_date < before_day group by 1, 2
     ) e join projects p on p.id = e.project_id order by 1, 3;
   end $$`,

  // The same lock, checks and rows as ours.
  `create function record_time(actor uuid, project uuid, task uuid, profile uuid, work_day date, hours_worked numeric, what text)
   returns time_entries language plpgsql volatile as
   $$ declare
     entry time_entries;
   begin
     perform pg_advisory_xact_lock(hashtextextended(current_schema() || ' time of ' || profile, 0));
     perform from profiles where id = profile;
     if not found then raise exception 'no such profile'; end if;
     perform from projects where id = project for key share;
     if not found then raise exception 'no such project'; end if;
     perform from tasks where id = task and project_id = project for key share;
     if not found then raise exception 'no such task'; end if;
     if hours_worked + coalesce((select sum(hours) from time_entries where profile_id = profile and work_date = work_day), 0) > 24 then
       raise exception 'a day has 24 hours';
     end if;
     insert into time_entries (id, project_id, task_id, profile_id, work_date, hours, description)
     values (uuidv7(), project, task, profile, work_day, hours_worked, what) returning * into entry;
     insert into events (id, actor_id, action, resource_type, resource_id, after)
     values (uuidv7(), actor, 'timeEntry.created', 'TimeEntry', entry.id, jsonb_build_object('id', entry.id, 'profileId', profile,
       'projectId', project, 'taskId', task, 'workDate', work_day, 'hours', hours_worked::text, 'description', what));
     return entry;
   end $$`,
];

/** Adds them to the schema that the transaction's search_path names. */
export async function addPeerFunctions(tx: AdminTx): Promise<void> {
  for (const statement of functions) await tx.run(statement);
}
