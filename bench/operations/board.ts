import { type Operation, pick } from './operation.ts';

/** Q2: a project, its first 50 tasks in Kanban order, each with assignee and milestone. */
export const board: Operation = {
  name: 'board',
  title: 'a project, its first 50 tasks with assignee and milestone',
  access: 'read',
  variables: ({ boards }, random) => ({ project: pick(boards, random) }),
  server: {
    ids: { project: 'Project' },
    document: `query Board($project: ID!) {
  node(id: $project) {
    ... on Project {
      id
      name
      tasks(first: 50, orderBy: [{ field: STATUS }, { field: POSITION }]) {
        nodes {
          id
          name
          status
          priority
          dueDate
          assignee { id firstName lastName }
          milestones(first: 1) { nodes { id name } }
        }
      }
    }
  }
}`,
  },
  limit: {
    text: `select json_build_object('data', json_build_object('node', (
  select json_build_object('id', 'Project:' || p.id, 'name', p.name, 'tasks', json_build_object('nodes', (
    select coalesce(json_agg(json_build_object('id', 'Task:' || t.id, 'name', t.name, 'status', t.status,
      'priority', t.priority, 'dueDate', t.due_date,
      'assignee', (
        select json_build_object('id', 'Profile:' || a.id, 'firstName', a.first_name, 'lastName', a.last_name)
        from profiles a where a.id = t.assignee_id),
      'milestones', json_build_object('nodes', (
        select coalesce(json_agg(json_build_object('id', 'Milestone:' || m.id, 'name', m.name)), '[]')
        from (
          select m.id, m.name from milestone_tasks mt join milestones m on m.id = mt.milestone_id
          where mt.task_id = t.id order by m.id limit 1
        ) m))) order by t.place, t.rank, t.id), '[]')
    from (
      select id, name, status, priority, due_date, assignee_id, rank,
        array_position(array['TODO', 'IN_PROGRESS', 'IN_REVIEW', 'DONE'], status) as place
      from tasks where project_id = p.id order by place, rank, id limit 50
    ) t)))
  from projects p where p.id = $1)))::text`,
    parameters: ({ project }) => [project],
  },
  peer: {
    document: `query Board($project: UUID!) {
  node: projectByRowId(rowId: $project) {
    id: rowId
    name
    tasks: tasksByProjectId(first: 50, orderBy: [BOARD_COLUMN_ASC, RANK_ASC, ROW_ID_ASC]) {
      nodes {
        id: rowId
        name
        status
        priority
        dueDate
        assignee: profileByAssigneeId { id: rowId firstName lastName }
        milestones: milestoneTasksByTaskId(first: 1, orderBy: [MILESTONE_ID_ASC]) {
          nodes { milestone: milestoneByMilestoneId { id: rowId name } }
        }
      }
    }
  }
}`,
    answer: (data) => {
      const { node } = data as { node: { tasks: { nodes: { milestones: { nodes: { milestone: unknown }[] } }[] } } };
      for (const task of node.tasks.nodes) {
        Object.assign(task.milestones, { nodes: task.milestones.nodes.map(({ milestone }) => milestone) });
      }
      return data;
    },
  },
};
