import { beforeEach, describe, expect, it } from 'vitest';
import { fromDayNumber, toDayNumber } from '../../src/lib/days.ts';
import { uuidv7 } from '../../src/lib/ids.ts';
import { runningTimers } from '../../src/modules/time/tables.ts';
import { run } from '../support/run.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { createTask, seedProject } from '../tasks/support.ts';
import { createEntry, recordTime } from './support.ts';

const start = `mutation ($input: StartTimerInput!) {
  startTimer(input: $input) { runningTimer { id startedAt description project { id } } }
}`;
const stop = `mutation ($input: StopTimerInput!) {
  stopTimer(input: $input) { deletedId timeEntries { workDate hours description source billable } }
}`;

/** Ten days ago: timers of these tests may start so far back. */
const day = fromDayNumber(toDayNumber(new Date().toISOString().slice(0, 10)) - 10);

/** A timer that runs since any moment, as the limits on new ones do not allow. */
async function seedTimer(member: Member, projectId: string, startedAt: string): Promise<void> {
  const { world: server, tenant } = member.company;
  const row = { id: uuidv7(), profileId: member.profileId, projectId: projectId.replace('Project:', '') };
  await server.app.binding.write(tenant, async (tx) => {
    await tx.insert(runningTimers).values({ ...row, startedAt: new Date(startedAt) });
  });
}

describe('timers', async () => {
  const server = await world({ env: { TIMER_STARTS_BACK: '31d' } });
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
    const input = { projectId, description: 'Reading', startedAt: `${day}T08:00:00Z` };
    const results = await Promise.all([1, 2, 3].map(() => member.graphql(start, { input })));
    expect(codes(results)).toEqual(['INVALID_STATE', 'INVALID_STATE', 'OK']);
    const { runningTimer, runningTimers } = await member.ok(
      '{ runningTimer { id startedAt } runningTimers(where: { projectId: { eq: "P" } }) { totalCount } }'.replace(
        '"P"',
        JSON.stringify(projectId),
      ),
    );
    expect(runningTimer.startedAt).toBe(`${day}T08:00:00.000Z`);
    expect(runningTimers.totalCount).toBe(1);
    const stops = await Promise.all(
      [1, 2].map(() => member.graphql(stop, { input: { stoppedAt: `${day}T09:30:00Z` } })),
    );
    expect(codes(stops)).toEqual(['NOT_FOUND', 'OK']);
    expect(stops.find(({ errors }) => !errors.length)?.data.stopTimer).toEqual({
      deletedId: runningTimer.id,
      timeEntries: [{ workDate: day, hours: '1.5', description: 'Reading', source: 'timer', billable: true }],
    });
    expect(await member.ok('{ runningTimer { id } }')).toEqual({ runningTimer: null });
  });

  it('split at midnight in the organization’s time zone', async () => {
    await seedTimer(member, projectId, '2026-01-05T21:30:00Z');
    const { stopTimer } = await member.ok(stop, { input: { stoppedAt: '2026-01-06T01:00:00Z' } });
    expect(stopTimer.timeEntries).toMatchObject([
      { workDate: '2026-01-05', hours: '1.5' },
      { workDate: '2026-01-06', hours: '2' },
    ]);
  });

  it('fill a day of 25 hours when clocks go back, and no more', async () => {
    await seedTimer(member, projectId, '2025-10-25T21:00:00Z');
    const { stopTimer } = await member.ok(stop, { input: { stoppedAt: '2025-10-26T23:30:00Z' } });
    expect(stopTimer.timeEntries).toMatchObject([
      { workDate: '2025-10-25', hours: '1' },
      { workDate: '2025-10-26', hours: '25' },
      { workDate: '2025-10-27', hours: '0.5' },
    ]);
    const more = { profileId: `Profile:${member.profileId}`, projectId, workDate: '2025-10-26', hours: '0.01' };
    const { errors } = await (await company.as('MANAGER')).graphql(createEntry, { input: more });
    expect(errors[0]?.extensions).toMatchObject({ code: 'DAY_LIMIT', recorded: '25.00', hoursOfDay: 25 });
  });

  it('record no more than 23 hours on a day of 23', async () => {
    const entry = (hours: string) => ({ input: { projectId, workDate: '2026-03-29', hours } });
    expect((await member.graphql(createEntry, entry('23.01'))).errors[0]?.extensions.code).toBe('DAY_LIMIT');
    expect((await member.graphql(createEntry, entry('23'))).errors).toEqual([]);
  });

  it('run for 31 days at most', async () => {
    await seedTimer(member, projectId, '1600-01-01T00:00:00Z');
    const { errors } = await member.graphql(stop, { input: {} });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_INPUT', field: 'input.stoppedAt' });
    await member.ok('mutation { discardTimer(input: {}) { deletedId } }');
    await seedTimer(member, projectId, '2026-01-01T00:00:00Z');
    const { stopTimer } = await member.ok(stop, { input: { stoppedAt: '2026-02-01T00:00:00Z' } });
    expect(stopTimer.timeEntries).toHaveLength(32);
  });

  it('change while they run', async () => {
    const [taskId, other] = [
      await createTask(member, { projectId, name: 'One' }),
      `Project:${await seedProject(company)}`,
    ];
    await member.ok(start, { input: { projectId, taskId, startedAt: `${day}T08:00:00Z` } });
    const timer = 'runningTimer { startedAt description billable project { id } task { id } }';
    const change = (input: object, by = member) => run(by, 'updateTimer', input, timer);
    const startedAt = `${day}T07:30:00.000Z`;
    expect((await change({ startedAt, description: 'Reading', billable: false })).runningTimer).toEqual({
      ...{ startedAt, description: 'Reading', billable: false, project: { id: projectId }, task: { id: taskId } },
    });
    expect((await change({ projectId: other })).runningTimer).toMatchObject({ project: { id: other }, task: null });
    expect(await change({ taskId })).toMatchObject({ code: 'BAD_INPUT', field: 'input.taskId' });
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    expect(await change({ startedAt: tomorrow })).toMatchObject({ code: 'BAD_INPUT', field: 'input.startedAt' });
    const profileId = `Profile:${member.profileId}`;
    expect(await change({ profileId, billable: true }, await company.as('CONSULTANT'))).toMatchObject({
      code: 'FORBIDDEN',
    });
    expect((await change({ profileId, billable: true }, await company.as('MANAGER'))).runningTimer.billable).toBe(true);
    const { stopTimer } = await member.ok(stop, { input: { stoppedAt: `${day}T08:00:00Z` } });
    expect(stopTimer.timeEntries).toMatchObject([{ hours: '0.5', description: 'Reading', billable: true }]);
    expect(await change({ description: 'Late' })).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('keep running if their time does not fit the day', async () => {
    await recordTime(member, { projectId, workDate: day, hours: '20' });
    await member.ok(start, { input: { projectId, startedAt: `${day}T08:00:00Z` } });
    const { errors } = await member.graphql(stop, { input: { stoppedAt: `${day}T13:00:00Z` } });
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
    for (const stoppedAt of [later, `${day}T00:00:00Z`]) {
      expect((await member.graphql(stop, { input: { stoppedAt } })).errors).toMatchObject([
        { extensions: { code: 'BAD_INPUT', field: 'input.stoppedAt' } },
      ]);
    }
    expect((await member.ok(stop, { input: { description: 'Done' } })).stopTimer.timeEntries).toMatchObject([
      { hours: '0', description: 'Done' },
    ]);
  });
});

describe('a new timer', async () => {
  const server = await world();
  const company = await server.company();
  const member = await company.as('MEMBER');
  const projectId = `Project:${await seedProject(company)}`;

  it.each([
    ['in the year 1500', '1500-01-01T00:00:00Z'],
    ['25 hours ago', new Date(Date.now() - 25 * 3_600_000).toISOString()],
  ])('does not start %s: it is BAD_INPUT', async (_when, startedAt) => {
    const { errors } = await member.graphql(start, { input: { projectId, startedAt } });
    expect(errors[0]?.extensions.code).toBe('BAD_INPUT');
    expect(await member.ok('{ runningTimer { id } }')).toEqual({ runningTimer: null });
  });

  it('starts up to 24 hours in the past', async () => {
    const startedAt = new Date(Date.now() - 23 * 3_600_000).toISOString();
    expect((await member.ok(start, { input: { projectId, startedAt } })).startTimer.runningTimer.startedAt).toBe(
      startedAt,
    );
  });
});
