import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { dayIn, fromDayNumber, toDayNumber } from '../../src/lib/days.ts';
import { importInto, scratchFolder } from '../imports/support.ts';
import { createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { createTask } from '../tasks/support.ts';
import { recordTime } from './support.ts';

const sheet = 'timesheet { id weekStart status hours reviewNote reviewer { id } version }';

interface Entry {
  id: string;
  workDate: string;
  hours: string;
  status: string;
  project: { id: string };
}

describe('timesheets', async () => {
  const server = await world();
  const folder = await scratchFolder();
  let company: Company;
  let owner: Member;
  let manager: Member;
  let consultant: Member;
  let projectId: string;
  let monday = '2026-01-05';
  beforeAll(async () => {
    company = await server.company();
    owner = await company.as('OWNER');
    manager = await company.as('MANAGER');
    consultant = await company.as('MEMBER');
    projectId = await createProject(manager);
  });

  /** The Monday of a week that no other test uses, nor the week before it. */
  const nextWeek = (): string => {
    monday = fromDayNumber(toDayNumber(monday) + 14);
    return monday;
  };
  const later = (day: string, days: number): string => fromDayNumber(toDayNumber(day) + days);
  const submit = async (by: Member, day: string) => (await run(by, 'submitTimesheet', { day }, sheet)).timesheet;
  const step = (by: Member, name: string, id: string, note?: string) =>
    run(by, name, { id, ...(note !== undefined && { note }) }, sheet);
  const entriesOf = async (by: Member, from: string, to: string): Promise<Entry[]> =>
    (
      await by.ok(
        `query ($by: ID!, $from: LocalDate!, $to: LocalDate!) {
          timeEntries(first: 100, where: { profileId: { eq: $by }, workDate: { gte: $from, lte: $to } }) {
            nodes { id workDate hours status project { id } }
          }
        }`,
        { by: `Profile:${by.profileId}`, from, to },
      )
    ).timeEntries.nodes;

  it('go from draft to submitted, rejected, corrected, approved, reopened and locked', async () => {
    const week = nextWeek();
    const id = await recordTime(consultant, { projectId, workDate: later(week, 2), hours: '7' });
    const submitted = await submit(consultant, later(week, 6));
    expect(submitted).toMatchObject({ weekStart: week, status: 'SUBMITTED', hours: '7', version: 1 });
    expect(await step(consultant, 'approveTimesheet', submitted.id)).toMatchObject({ code: 'FORBIDDEN' });
    expect(await step(manager, 'rejectTimesheet', submitted.id, ' ')).toMatchObject({
      code: 'BAD_INPUT',
      field: 'input.note',
    });
    const reviewer = { id: `Profile:${manager.profileId}` };
    expect((await step(manager, 'rejectTimesheet', submitted.id, 'Too little')).timesheet).toMatchObject({
      ...{ status: 'REJECTED', reviewNote: 'Too little', reviewer },
    });
    expect(await run(consultant, 'updateTimeEntry', { id, hours: '8' })).toEqual({ lastEventId: expect.any(String) });
    expect(await submit(consultant, week)).toMatchObject({ status: 'SUBMITTED', reviewNote: null, hours: '8' });
    expect((await step(consultant, 'recallTimesheet', submitted.id)).timesheet.status).toBe('DRAFT');
    await submit(consultant, week);
    expect((await step(manager, 'approveTimesheet', submitted.id)).timesheet.status).toBe('APPROVED');
    expect(await entriesOf(consultant, week, later(week, 6))).toMatchObject([{ id, status: 'VALIDATED' }]);
    expect(await step(consultant, 'recallTimesheet', submitted.id)).toMatchObject({
      ...{ code: 'INVALID_STATE', status: 'APPROVED' },
    });
    expect((await step(manager, 'reopenTimesheet', submitted.id, 'Wrong project')).timesheet.status).toBe('DRAFT');
    expect(await entriesOf(consultant, week, later(week, 6))).toMatchObject([{ id, status: 'PENDING' }]);
    await submit(consultant, week);
    await step(manager, 'approveTimesheet', submitted.id);
    expect((await step(manager, 'lockTimesheet', submitted.id)).timesheet.status).toBe('LOCKED');
    for (const name of ['reopenTimesheet', 'rejectTimesheet', 'approveTimesheet'])
      expect(
        await run(manager, name, { id: submitted.id, ...(name !== 'approveTimesheet' && { note: 'No' }) }),
      ).toMatchObject({ code: 'INVALID_STATE', status: 'LOCKED' });
  });

  it('keep the time of their days from every change while they are submitted or approved', async () => {
    const week = nextWeek();
    const other = await createProject(manager);
    const taskId = await createTask(manager, { projectId, name: 'Work' });
    const [id, before] = [
      await recordTime(consultant, { projectId, taskId, workDate: later(week, 1), hours: '2' }),
      await recordTime(consultant, { projectId, workDate: later(week, -1), hours: '2' }),
    ];
    const deleted = await createProject(manager);
    await recordTime(consultant, { projectId: deleted, workDate: later(week, 3), hours: '1' });
    await run(manager, 'deleteProject', { id: deleted });
    const submitted = await submit(consultant, week);
    const day = later(week, 2);
    const entry = { profileId: `Profile:${consultant.profileId}`, projectId, workDate: day, hours: '1' };
    const mapping = `
name: clock
file: { format: json-lines }
project: { reference: 'clock:p', name: 'Imported' }
person: { reference: 'clock:{who}', firstName: '{who}' }
time: { reference: 'clock:entry:{id}', person: '{who}', day: '{day}', hours: '{hours}' }
`;
    const line = (of: object) => JSON.stringify({ who: 'Zed', ...of });
    await importInto(company, 'time', await folder.write('a.jsonl', line({ id: 1, day, hours: '3' })), mapping);
    const zed = (await manager.ok('{ profiles(where: { firstName: { eq: "Zed" } }) { nodes { id } } }')).profiles
      .nodes[0];
    await run(manager, 'submitTimesheet', { day, profileId: zed.id });
    for (const status of ['SUBMITTED', 'APPROVED']) {
      if (status === 'APPROVED') await step(manager, 'approveTimesheet', submitted.id);
      const refused = { code: 'INVALID_STATE' };
      for (const by of [consultant, manager, owner]) {
        expect(await run(by, 'createTimeEntry', entry)).toMatchObject({ ...refused, field: 'input.workDate', status });
        expect(await run(by, 'updateTimeEntry', { id, hours: '3' })).toMatchObject(refused);
        expect(await run(by, 'updateTimeEntry', { id: before, workDate: day })).toMatchObject(refused);
        expect(await run(by, 'deleteTimeEntry', { id }, 'deletedId')).toMatchObject(refused);
      }
      expect(await run(manager, 'importTimeEntries', { source: 'x', entries: [entry] })).toMatchObject({
        ...{ ...refused, field: 'input.entries.0.workDate' },
      });
      expect(await run(manager, 'updateTask', { id: taskId, projectId: other })).toMatchObject({
        ...{ ...refused, field: 'input.projectId' },
      });
      expect(await run(manager, 'restoreProject', { id: deleted })).toMatchObject({ ...refused, status });
      const changed = line({ id: 1, day: later(week, -2), hours: '3' });
      const report = await importInto(
        company,
        'time',
        await folder.write(`${status}.jsonl`, [changed, line({ id: 2, day, hours: '1' })].join('\n')),
        mapping,
        { onError: 'skip' },
      );
      expect(report.skipped).toMatchObject(
        [1, 2].map((at) => ({ line: at, reason: expect.stringContaining('timesheet') })),
      );
    }
    const decided = { code: 'INVALID_STATE', status: 'APPROVED', field: 'input.ids.0' };
    expect(await run(manager, 'reopenTimeEntries', { ids: [id] })).toMatchObject(decided);
    expect(await entriesOf(consultant, week, later(week, 6))).toMatchObject([{ id, status: 'VALIDATED', hours: '2' }]);
  });

  it('drop the time of a timer that ends by itself in a closed week, and refuse to stop it', async () => {
    const company = await server.company();
    const [boss, worker] = [await company.as('MANAGER'), await company.as('MEMBER')];
    const project = await createProject(boss);
    const startedAt = new Date(Date.now() - 60_000).toISOString();
    await run(worker, 'startTimer', { projectId: project, startedAt });
    // At midnight the two may fall into two weeks
    for (const at of [new Date(startedAt), new Date(Date.now() + 60_000)])
      await submit(worker, dayIn('Europe/Paris', at));
    const today = await run(worker, 'stopTimer', {}, 'deletedId');
    expect(today).toMatchObject({ code: 'INVALID_STATE', field: 'input.stoppedAt' });
    await run(boss, 'updateProject', { id: project, status: 'COMPLETED' });
    expect(await worker.ok('{ runningTimer { id } timeEntries { totalCount } }')).toEqual({
      runningTimer: null,
      timeEntries: { totalCount: 0 },
    });
  });

  it('are approved by the person’s manager, or by each project’s manager, as the setting says', async () => {
    const company = await server.company();
    const [boss, lead, worker] = [
      await company.as('OWNER'),
      await company.member('MEMBER'),
      await company.member('MEMBER'),
    ];
    const validator = await company.as('MANAGER');
    const [own, others] = [
      await createProject(boss, { managerId: `Profile:${lead.profileId}` }),
      await createProject(boss, { managerId: `Profile:${boss.profileId}` }),
    ];
    const week = '2026-02-02';
    await recordTime(worker, { projectId: own, workDate: week });
    await recordTime(worker, { projectId: others, workDate: week });
    const { id } = await submit(worker, week);
    await run(boss, 'updateTenantSettings', { timeApproval: 'PERSON_MANAGER' });
    for (const by of [lead, validator])
      expect(await step(by, 'approveTimesheet', id)).toMatchObject({ code: 'FORBIDDEN' });
    const [entry] = await entriesOf(worker, week, week);
    expect(await run(validator, 'validateTimeEntries', { ids: [entry!.id] })).toMatchObject({ code: 'FORBIDDEN' });
    await run(boss, 'updateTenantSettings', { timeApproval: 'PROJECT_MANAGERS' });
    expect((await step(lead, 'approveTimesheet', id)).timesheet.status).toBe('SUBMITTED');
    const statuses = async () =>
      new Map((await entriesOf(worker, week, week)).map(({ project, status }) => [project.id, status]));
    expect(await statuses()).toEqual(
      new Map([
        [own, 'VALIDATED'],
        [others, 'PENDING'],
      ]),
    );
    expect((await step(boss, 'approveTimesheet', id)).timesheet.status).toBe('APPROVED');
    await run(boss, 'updateProfile', { id: `Profile:${worker.profileId}`, managerId: `Profile:${lead.profileId}` });
    await run(boss, 'updateTenantSettings', { timeApproval: 'PERSON_MANAGER' });
    expect((await step(lead, 'reopenTimesheet', id, 'Again')).timesheet.status).toBe('DRAFT');
  });

  it('of the only OWNER are approved by the OWNER if the setting allows it', async () => {
    const company = await server.company();
    const boss = await company.as('OWNER');
    await recordTime(boss, { projectId: await createProject(boss), workDate: '2026-02-03' });
    const { id } = await submit(boss, '2026-02-03');
    expect(await step(boss, 'approveTimesheet', id)).toMatchObject({ code: 'FORBIDDEN', field: 'input.id' });
    await run(boss, 'updateTenantSettings', { soleOwnerApproves: true });
    expect((await step(boss, 'approveTimesheet', id)).timesheet.status).toBe('APPROVED');
    await company.member('OWNER');
    expect(await step(boss, 'reopenTimesheet', id, 'Again')).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('have one order if they are approved twice and corrected at once', async () => {
    for (const _ of [1, 2, 3, 4, 5, 6]) {
      const week = nextWeek();
      await recordTime(consultant, { projectId, workDate: week });
      const { id } = await submit(consultant, week);
      const results = await Promise.all([
        step(manager, 'approveTimesheet', id),
        step(manager, 'reopenTimesheet', id, 'Wrong'),
        step(owner, 'approveTimesheet', id),
        run(consultant, 'createTimeEntry', { projectId, workDate: week, hours: '1' }),
      ]);
      const [one, reopened, two, created] = results;
      const final = (
        await manager.ok('query ($id: ID!) { node(id: $id) { ... on Timesheet { status version } } }', { id })
      ).node;
      const entries = await entriesOf(consultant, week, week);
      const status = reopened.code ? 'APPROVED' : 'DRAFT';
      expect(final).toEqual({ status, version: reopened.code ? 2 : 3 });
      expect([one.code, two.code].filter(Boolean)).toEqual(
        [one.code, two.code].includes('INVALID_STATE') ? ['INVALID_STATE'] : [],
      );
      expect(entries.filter((entry) => entry.status === 'VALIDATED').length).toBe(status === 'APPROVED' ? 1 : 0);
      expect(entries.length).toBe(created.code ? 1 : 2);
      if (status === 'APPROVED') expect(created.code).toBe('INVALID_STATE');
    }
  });

  it('lock their days under any sequence of calls', async () => {
    const company = await server.company();
    const [boss, worker] = [await company.as('OWNER'), await company.as('MEMBER')];
    const projects = [await createProject(boss), await createProject(boss)];
    const tasks = [await createTask(boss, { projectId: projects[0]!, name: 'One' })];
    const [from, to] = ['2026-03-02', '2026-03-15'];
    const day = (at: number) => fromDayNumber(toDayNumber(from) + at);
    const at = fc.nat(13);
    const step = fc.oneof(
      fc.record({ do: fc.constant('create'), at, hours: fc.integer({ min: 0, max: 9 }), pick: fc.nat(1) }),
      fc.record({ do: fc.constant('change'), at, hours: fc.integer({ min: 0, max: 9 }), pick: fc.nat(9) }),
      fc.record({
        do: fc.constantFrom('delete', 'validate', 'reject', 'reopen', 'moveTask', 'import', 'trash', 'restore'),
        ...{ at, hours: fc.constant(1), pick: fc.nat(9) },
      }),
      fc.record({
        do: fc.constantFrom('submit', 'submit', 'recall', 'approve', 'approve', 'sendBack', 'correct', 'lock'),
        ...{ at, hours: fc.constant(1), pick: fc.nat(1) },
      }),
    );
    const sheets = async (): Promise<{ id: string; weekStart: string; status: string }[]> =>
      (await worker.ok('{ timesheets { nodes { id weekStart status } } }')).timesheets.nodes;
    const isClosed = (all: Awaited<ReturnType<typeof sheets>>, workDate: string) =>
      all.some(
        ({ weekStart, status }) =>
          ['SUBMITTED', 'APPROVED', 'LOCKED'].includes(status) &&
          weekStart <= workDate &&
          workDate <= later(weekStart, 6),
      );
    const facts = ({ id, workDate, hours, project }: Entry) => `${id} ${workDate} ${hours} ${project.id}`;
    const codes = new Set<string | undefined>();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 25 }), async (steps) => {
        for (const each of steps) {
          const [before, weeks] = [await entriesOf(worker, from, to), await sheets()];
          const entry = before[each.pick % Math.max(before.length, 1)];
          const week = weeks[each.pick % Math.max(weeks.length, 1)];
          const profileId = `Profile:${worker.profileId}`;
          const work = { profileId, projectId: projects[each.pick % 2], workDate: day(each.at), hours: each.hours };
          const ids = entry ? [entry.id] : [];
          const calls: Record<string, [Member, string, object]> = {
            create: [worker, 'createTimeEntry', each.pick ? work : { ...work, taskId: tasks[0] }],
            change: [worker, 'updateTimeEntry', { id: entry?.id, hours: each.hours, workDate: day(each.at) }],
            delete: [boss, 'deleteTimeEntry', { id: entry?.id }],
            validate: [boss, 'validateTimeEntries', { ids }],
            reject: [boss, 'rejectTimeEntries', { ids, note: 'No' }],
            reopen: [boss, 'reopenTimeEntries', { ids }],
            moveTask: [boss, 'updateTask', { id: tasks[0], projectId: projects[each.pick % 2] }],
            import: [boss, 'importTimeEntries', { source: 'x', entries: [work] }],
            trash: [boss, 'deleteProject', { id: projects[1] }],
            restore: [boss, 'restoreProject', { id: projects[1] }],
            submit: [worker, 'submitTimesheet', { day: day(each.at) }],
            recall: [worker, 'recallTimesheet', { id: week?.id }],
            approve: [boss, 'approveTimesheet', { id: week?.id }],
            sendBack: [boss, 'rejectTimesheet', { id: week?.id, note: 'No' }],
            correct: [boss, 'reopenTimesheet', { id: week?.id, note: 'No' }],
            lock: [boss, 'lockTimesheet', { id: week?.id }],
          };
          const [by, name, input] = calls[each.do]!;
          codes.add((await run(by, name, input)).code);
          const after = await entriesOf(worker, from, to);
          const [were, are] = [before, after].map((entries) =>
            entries
              .filter(({ workDate }) => isClosed(weeks, workDate))
              .map(facts)
              .sort(),
          );
          expect(are, each.do).toEqual(were);
          const approved = (await sheets()).filter(({ status }) => status === 'APPROVED' || status === 'LOCKED');
          for (const { workDate, status } of after) if (isClosed(approved, workDate)) expect(status).toBe('VALIDATED');
        }
      }),
      { numRuns: 5, seed: 20_261_130 },
    );
    const expected = ['BAD_INPUT', 'DAY_LIMIT', 'INVALID_STATE', 'IN_USE', 'NOT_FOUND', undefined];
    expect([...codes].filter((code) => !expected.includes(code))).toEqual([]);
    expect(codes.size).toBeGreaterThan(2);
  });
});
