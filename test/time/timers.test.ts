import { beforeEach, describe, expect, it } from 'vitest';
import { type Company, type Member, world } from '../support/world.ts';
import { seedProject } from '../tasks/support.ts';
import { recordTime } from './support.ts';

const start = `mutation ($input: StartTimerInput!) {
  startTimer(input: $input) { runningTimer { id startedAt description project { id } } }
}`;
const stop = `mutation ($input: StopTimerInput!) {
  stopTimer(input: $input) { deletedId timeEntries { workDate hours description source billable } }
}`;

describe('timers', async () => {
  const server = await world();
  const company: Company = await server.company();
  let member: Member;
  let projectId: string;
  beforeEach(async () => {
    member = await company.member('MEMBER');
    projectId = `Project:${await seedProject(company)}`;
  });

  const codes = (results: { errors: { extensions: { code: string } }[] }[]) =>
    results.map(({ errors }) => errors[0]?.extensions.code ?? 'OK').sort();

  it('run one at a time for a person, and become an entry', async () => {
    const input = { projectId, description: 'Reading', startedAt: '2026-01-05T08:00:00Z' };
    const results = await Promise.all([1, 2, 3].map(() => member.graphql(start, { input })));
    expect(codes(results)).toEqual(['INVALID_STATE', 'INVALID_STATE', 'OK']);
    const { runningTimer, runningTimers } = await member.ok(
      '{ runningTimer { id startedAt } runningTimers(where: { projectId: { eq: "P" } }) { totalCount } }'.replace(
        '"P"',
        JSON.stringify(projectId),
      ),
    );
    expect(runningTimer.startedAt).toBe('2026-01-05T08:00:00.000Z');
    expect(runningTimers.totalCount).toBe(1);
    const stops = await Promise.all(
      [1, 2].map(() => member.graphql(stop, { input: { stoppedAt: '2026-01-05T09:30:00Z' } })),
    );
    expect(codes(stops)).toEqual(['NOT_FOUND', 'OK']);
    expect(stops.find(({ errors }) => !errors.length)?.data.stopTimer).toEqual({
      deletedId: runningTimer.id,
      timeEntries: [{ workDate: '2026-01-05', hours: '1.5', description: 'Reading', source: 'timer', billable: true }],
    });
    expect(await member.ok('{ runningTimer { id } }')).toEqual({ runningTimer: null });
  });

  it('split at midnight where the company is', async () => {
    await member.ok(start, { input: { projectId, startedAt: '2026-01-05T21:30:00Z' } });
    const { stopTimer } = await member.ok(stop, { input: { stoppedAt: '2026-01-06T01:00:00Z' } });
    expect(stopTimer.timeEntries).toMatchObject([
      { workDate: '2026-01-05', hours: '1.5' },
      { workDate: '2026-01-06', hours: '2' },
    ]);
  });

  it('keep running when their time does not fit the day', async () => {
    await recordTime(member, { projectId, workDate: '2026-01-05', hours: '20' });
    await member.ok(start, { input: { projectId, startedAt: '2026-01-05T08:00:00Z' } });
    const { errors } = await member.graphql(stop, { input: { stoppedAt: '2026-01-05T13:00:00Z' } });
    expect(errors).toMatchObject([{ extensions: { code: 'DAY_LIMIT', field: 'input.stoppedAt' } }]);
    expect((await member.ok('{ runningTimer { id } }')).runningTimer).not.toBeNull();
    const { discardTimer } = await member.ok('mutation { discardTimer(input: {}) { deletedId } }');
    expect(discardTimer.deletedId).toMatch(/^RunningTimer:/);
    expect((await member.ok('{ timeEntries { totalCount } runningTimer { id } }')).runningTimer).toBeNull();
  });

  it('neither start nor stop in the future, nor stop before they start', async () => {
    const later = new Date(Date.now() + 3_600_000).toISOString();
    expect((await member.graphql(start, { input: { projectId, startedAt: later } })).errors).toMatchObject([
      { extensions: { code: 'BAD_INPUT', field: 'input.startedAt' } },
    ]);
    await member.ok(start, { input: { projectId } });
    for (const stoppedAt of [later, '2026-01-01T00:00:00Z']) {
      expect((await member.graphql(stop, { input: { stoppedAt } })).errors).toMatchObject([
        { extensions: { code: 'BAD_INPUT', field: 'input.stoppedAt' } },
      ]);
    }
    expect((await member.ok(stop, { input: { description: 'Done' } })).stopTimer.timeEntries).toMatchObject([
      { hours: '0', description: 'Done' },
    ]);
  });
});
