import type { Operation } from './operation.ts';

/** Q3: 20 projects with client, milestones with progress, first 10 tasks each with assignee and last 5 time entries. */
export const deep: Operation = {
  name: 'deep',
  title: '20 projects, their milestones, 10 tasks each, 5 time entries each',
  access: 'read',
  variables: () => ({}),
  server: {
    ids: {},
    document: `query Deep {
  projects(first: 20, orderBy: [{ field: CODE }]) {
    nodes {
      id
      code
      name
      client { id name }
      milestones(first: 10, orderBy: [{ field: DUE_DATE }]) { nodes { id name dueDate progress } }
      tasks(first: 10, orderBy: [{ field: POSITION }]) {
        nodes {
          id
          name
          status
          assignee { id firstName lastName }
          timeEntries(first: 5, orderBy: [{ field: WORK_DATE, direction: DESC }]) { nodes { id workDate hours } }
        }
      }
    }
  }
}`,
  },
  limit: {
    text: `select json_build_object('data', json_build_object('projects', json_build_object('nodes', (
  select coalesce(json_agg(json_build_object('id', 'Project:' || p.id, 'code', p.code, 'name', p.name,
    'client', (select json_build_object('id', 'Client:' || c.id, 'name', c.name) from clients c where c.id = p.client_id),
    'milestones', json_build_object('nodes', (
      select coalesce(json_agg(json_build_object('id', 'Milestone:' || m.id, 'name', m.name, 'dueDate', m.due_date,
        'progress', m.progress) order by m.due_date, m.id), '[]')
      from (select id, name, due_date, progress from milestones where project_id = p.id order by due_date, id limit 10) m)),
    'tasks', json_build_object('nodes', (
      select coalesce(json_agg(json_build_object('id', 'Task:' || t.id, 'name', t.name, 'status', t.status,
        'assignee', (
          select json_build_object('id', 'Profile:' || a.id, 'firstName', a.first_name, 'lastName', a.last_name)
          from profiles a where a.id = t.assignee_id),
        'timeEntries', json_build_object('nodes', (
          select coalesce(json_agg(json_build_object('id', 'TimeEntry:' || e.id, 'workDate', e.work_date,
            'hours', trim_scale(e.hours)::text) order by e.work_date desc, e.id desc), '[]')
          from (
            select id, work_date, hours from time_entries where task_id = t.id order by work_date desc, id desc limit 5
          ) e))) order by t.rank, t.id), '[]')
      from (select id, name, status, assignee_id, rank from tasks where project_id = p.id order by rank, id limit 10) t))
    ) order by p.code, p.id), '[]')
  from (select id, code, name, client_id from projects order by code, id limit 20) p))))::text`,
    parameters: () => [],
  },
  peer: {
    document: `query Deep {
  projects: allProjects(first: 20, orderBy: [CODE_ASC]) {
    nodes {
      id: rowId
      code
      name
      client: clientByClientId { id: rowId name }
      milestones: milestonesByProjectId(first: 10, orderBy: [DUE_DATE_ASC, ROW_ID_ASC]) { nodes { id: rowId name dueDate progress } }
      tasks: tasksByProjectId(first: 10, orderBy: [RANK_ASC, ROW_ID_ASC]) {
        nodes {
          id: rowId
          name
          status
          assignee: profileByAssigneeId { id: rowId firstName lastName }
          timeEntries: timeEntriesByTaskId(first: 5, orderBy: [WORK_DATE_DESC, ROW_ID_DESC]) {
            nodes { id: rowId workDate hours }
          }
        }
      }
    }
  }
}`,
  },
};
