import { uuidv7 } from '../../src/lib/ids.ts';
import { type Operation, pick } from './operation.ts';

/** So little, on days spread over ten years, that no day of anybody is ever full. */
const hours = '0.01';
const ownDays = 3_650;

/** Q6: create a time entry, return it with its task and project. */
export const mutation: Operation = {
  name: 'mutation',
  title: 'create a time entry, return it with its task and project',
  access: 'write',
  variables: ({ tasks, people }, random) => {
    const { id: task, projectId: project } = pick(tasks, random);
    const workDate = new Date(Date.UTC(2027, 0, 1 + random(ownDays))).toISOString().slice(0, 10);
    return { task, project, profile: pick(people, random), workDate, hours, description: `Work ${random(1_000_000)}` };
  },
  server: {
    ids: { task: 'Task', project: 'Project', profile: 'Profile' },
    document: `mutation Record($project: ID!, $task: ID!, $profile: ID!, $workDate: LocalDate!, $hours: Decimal!, $description: String) {
  record: createTimeEntry(input: {
    projectId: $project, taskId: $task, profileId: $profile, workDate: $workDate, hours: $hours, description: $description
  }) {
    timeEntry {
      id
      workDate
      hours
      description
      task { id name status }
      project { id code name }
    }
  }
}`,
  },
  limit: {
    lock: {
      text: `select pg_advisory_xact_lock(hashtextextended(current_schema() || ' time of ' || $1::text, 0))`,
      parameters: ({ profile }) => [profile],
    },
    // The checks, the entry and its event. A check that fails leaves no row to go on with: nothing is written then.
    text: `with room as (
  select coalesce(sum(hours), 0) as recorded from time_entries where profile_id = $4::uuid and work_date = $5::date
), place as (
  select p.id as project_id, p.code, p.name, t.id as task_id, t.name as task_name, t.status
  from projects p join tasks t on t.project_id = p.id
  where p.id = $2::uuid and t.id = $3::uuid and exists (select from profiles where id = $4::uuid)
  for key share
), entry as (
  insert into time_entries (id, project_id, task_id, profile_id, work_date, hours, description)
  select $1::uuid, place.project_id, place.task_id, $4::uuid, $5::date, $6::numeric, $7
  from place, room where room.recorded + $6::numeric <= 24
  returning *
), event as (
  insert into events (id, actor_id, action, resource_type, resource_id, after)
  select $8::uuid, $9::uuid, 'timeEntry.created', 'TimeEntry', id, jsonb_build_object('id', id, 'profileId', profile_id,
    'projectId', project_id, 'taskId', task_id, 'workDate', work_date, 'hours', hours::text, 'description', description)
  from entry
)
select json_build_object('data', json_build_object('record', json_build_object('timeEntry', json_build_object(
  'id', 'TimeEntry:' || entry.id, 'workDate', entry.work_date, 'hours', trim_scale(entry.hours)::text,
  'description', entry.description,
  'task', json_build_object('id', 'Task:' || place.task_id, 'name', place.task_name, 'status', place.status),
  'project', json_build_object('id', 'Project:' || place.project_id, 'code', place.code, 'name', place.name)))))::text
from entry, place`,
    parameters: ({ project, task, profile, workDate, hours, description }, { profileId }) => [
      uuidv7(),
      project,
      task,
      profile,
      workDate,
      hours,
      description,
      uuidv7(),
      profileId,
    ],
  },
  peer: {
    document: `mutation Record($project: UUID!, $task: UUID!, $profile: UUID!, $workDate: Date!, $hours: BigFloat!, $description: String) {
  record: recordTime(input: {
    project: $project, task: $task, profile: $profile, workDay: $workDate, hoursWorked: $hours, what: $description, actor: $profile
  }) {
    timeEntry: result {
      id: rowId
      workDate
      hours
      description
      task: taskByTaskId { id: rowId name status }
      project: projectByProjectId { id: rowId code name }
    }
  }
}`,
  },
};
