import { beforeAll, describe, expect, it } from 'vitest';
import { type Member, world } from '../support/world.ts';
import { createTask, seedProject } from '../tasks/support.ts';
import { change, recordTime } from './support.ts';

describe('sums of time', async () => {
  const server = await world();
  let manager: Member;
  let colleague: Member;
  let alpha: string;
  let beta: string;
  let taskId: string;
  beforeAll(async () => {
    const company = await server.company();
    [manager, colleague] = await Promise.all([company.as('MANAGER'), company.as('MEMBER')]);
    alpha = `Project:${await seedProject(company, { name: 'Alpha' })}`;
    beta = `Project:${await seedProject(company, { name: 'Beta' })}`;
    taskId = await createTask(manager, { projectId: alpha, name: 'Work' });
    const entries = [
      [manager, { projectId: alpha, workDate: '2026-01-31', hours: '0.1', taskId }],
      [manager, { projectId: alpha, workDate: '2026-02-01', hours: '0.2' }],
      [colleague, { projectId: alpha, workDate: '2026-02-02', hours: '7.5', taskId }],
      [colleague, { projectId: beta, workDate: '2026-02-08', hours: '8', billable: false }],
      [colleague, { projectId: beta, workDate: '2026-02-09', hours: '3' }],
    ] as const;
    for (const [who, input] of entries) await recordTime(who, input);
    const rejected = await recordTime(colleague, { projectId: beta, workDate: '2026-02-10', hours: '5' });
    await change(manager, 'rejectTimeEntries', { ids: [rejected], note: 'Twice' });
  });

  const aggregate = async (groupBy: string, keys: string, where = '{ status: { ne: REJECTED } }') => {
    const { data, statements } = await manager.graphql(
      `{ timeEntriesAggregate(groupBy: [${groupBy}], where: ${where}) { ${keys ? `keys { ${keys} }` : ''} count sum } }`,
    );
    expect(statements.length).toBe(1);
    return data.timeEntriesAggregate;
  };

  it('are exact over all entries', async () => {
    const { data, statements } = await manager.graphql('{ timeEntriesAggregate { count sum avg min max } }');
    expect(data.timeEntriesAggregate).toEqual([
      { count: 6, sum: '23.8', avg: expect.stringMatching(/^3\.9666/), min: '0.1', max: '8' },
    ]);
    expect(statements.length).toBe(1);
  });

  it('are one row even without entries', async () => {
    expect(await aggregate('', '', '{ hours: { gt: 100 } }')).toEqual([{ count: 0, sum: '0' }]);
  });

  it('by month, by week, by day', async () => {
    expect(await aggregate('MONTH', 'month day')).toEqual([
      { keys: { month: '2026-01-01', day: null }, count: 1, sum: '0.1' },
      { keys: { month: '2026-02-01', day: null }, count: 4, sum: '18.7' },
    ]);
    expect(await aggregate('WEEK', 'week')).toEqual([
      { keys: { week: '2026-01-26' }, count: 2, sum: '0.3' },
      { keys: { week: '2026-02-02' }, count: 2, sum: '15.5' },
      { keys: { week: '2026-02-09' }, count: 1, sum: '3' },
    ]);
    expect(await aggregate('DAY', 'day', '{ billable: { eq: false } }')).toEqual([
      { keys: { day: '2026-02-08' }, count: 1, sum: '8' },
    ]);
  });

  it('by weeks that begin on the organization’s first weekday', async () => {
    const set = (weekStartsOn: string | null) =>
      manager.ok('mutation ($day: Weekday) { updateTenantSettings(input: { weekStartsOn: $day }) { lastEventId } }', {
        day: weekStartsOn,
      });
    await set('SUNDAY');
    expect(await aggregate('WEEK', 'week')).toEqual([
      { keys: { week: '2026-01-25' }, count: 1, sum: '0.1' },
      { keys: { week: '2026-02-01' }, count: 2, sum: '7.7' },
      { keys: { week: '2026-02-08' }, count: 2, sum: '11' },
    ]);
    await set(null);
  });

  it('by several keys at once, with filters across relations', async () => {
    expect(await aggregate('BILLABLE, STATUS', 'billable status', '{ project: { name: { eq: "Beta" } } }')).toEqual([
      { keys: { billable: false, status: 'PENDING' }, count: 1, sum: '8' },
      { keys: { billable: true, status: 'PENDING' }, count: 1, sum: '3' },
      { keys: { billable: true, status: 'REJECTED' }, count: 1, sum: '5' },
    ]);
  });

  it('with the objects that they are grouped by, in the same statement', async () => {
    const { data, statements } = await manager.graphql(
      `{ timeEntriesAggregate(groupBy: [PROJECT, PROFILE, TASK], where: { status: { ne: REJECTED } }) {
        keys { project { id name } profile { firstName } task { name } } sum
      } }`,
    );
    const rows = data.timeEntriesAggregate.map(
      ({ keys, sum }: { keys: Record<string, Record<string, string> | null>; sum: string }) =>
        [keys.project?.name, keys.profile?.firstName, keys.task?.name, sum].join(' '),
    );
    expect(rows.sort()).toEqual([
      'Alpha Manager  0.2',
      'Alpha Manager Work 0.1',
      'Alpha Member Work 7.5',
      'Beta Member  11',
    ]);
    expect(statements.length).toBe(1);
  });

  it('are fields of projects, tasks and people, in their statement, without rejected time', async () => {
    const { data, statements } = await colleague.graphql(
      `{ projects(orderBy: [{ field: NAME }]) {
        nodes {
          name
          hours
          tasks { nodes { hours timeEntries(orderBy: [{ field: WORK_DATE }]) { totalCount nodes { hours profile { hours } } } } }
        }
      } }`,
    );
    expect(statements.length).toBe(1);
    expect(data.projects.nodes).toEqual([
      {
        name: 'Alpha',
        hours: '7.8',
        tasks: {
          nodes: [
            {
              hours: '7.6',
              timeEntries: {
                totalCount: 2,
                nodes: [
                  { hours: '0.1', profile: { hours: '0.3' } },
                  { hours: '7.5', profile: { hours: '18.5' } },
                ],
              },
            },
          ],
        },
      },
      { name: 'Beta', hours: '11', tasks: { nodes: [] } },
    ]);
  });

  it('are limited in number', async () => {
    const { errors } = await manager.graphql('{ timeEntriesAggregate(limit: 10001) { count } }');
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_INPUT', field: 'limit' } }]);
    const { timeEntriesAggregate } = await manager.ok(
      '{ timeEntriesAggregate(groupBy: DAY, limit: 2) { keys { day } } }',
    );
    expect(timeEntriesAggregate.map(({ keys }: { keys: { day: string } }) => keys.day)).toEqual([
      '2026-01-31',
      '2026-02-01',
    ]);
  });
});
