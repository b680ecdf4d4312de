import type { Operation, Variables } from './operation.ts';

/** Q5: hours by project and month over a year. */
export const report: Operation = {
  name: 'report',
  title: 'hours by project and month over a year',
  access: 'read',
  variables: (_sample, random) => yearFrom(1 + random(12)),
  server: {
    ids: {},
    document: `query Report($from: LocalDate!, $before: LocalDate!) {
  report: timeEntriesAggregate(groupBy: [PROJECT, MONTH], where: { workDate: { gte: $from, lt: $before } }) {
    keys { project { id name } month }
    sum
  }
}`,
  },
  limit: {
    text: `select json_build_object('data', json_build_object('report', (
  select coalesce(json_agg(json_build_object(
    'keys', json_build_object('project', json_build_object('id', 'Project:' || e.project_id, 'name', p.name), 'month', e.month),
    'sum', trim_scale(e.hours)::text) order by e.project_id, e.month), '[]')
  from (
    select project_id, date_trunc('month', work_date::timestamp)::date as month, sum(hours) as hours
    from time_entries where work_date >= $1::date and work_date < $2::date group by 1, 2
  ) e join projects p on p.id = e.project_id)))::text`,
    parameters: ({ from, before }) => [from, before],
  },
  peer: {
    document: `query Report($from: Date!, $before: Date!) {
  report: hoursByMonth(fromDay: $from, beforeDay: $before) { nodes { projectId projectName month hours } }
}`,
    answer: (data) => {
      const { report } = data as { report: { nodes: Record<string, string>[] } };
      return {
        report: report.nodes.map(({ projectId, projectName, month, hours }) => ({
          keys: { project: { id: projectId, name: projectName }, month },
          sum: hours,
        })),
      };
    },
  },
};

function yearFrom(month: number): Variables {
  const padded = String(month).padStart(2, '0');
  return { from: `2025-${padded}-01`, before: `2026-${padded}-01` };
}
