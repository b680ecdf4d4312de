import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { recordTime } from './support.ts';

describe('a week of time', async () => {
  const server = await world();
  let company: Company;
  let manager: Member;
  let worker: Member;
  let projectId: string;
  beforeAll(async () => {
    company = await server.company();
    manager = await company.as('MANAGER');
    projectId = await createProject(manager);
  });
  beforeEach(async () => {
    worker = await company.member('MEMBER');
  });

  const entry = 'id workDate hours status description startedAt source';
  const bulk = (by: Member, timeEntries: object[], more: object = {}) =>
    run(by, 'createTimeEntries', { timeEntries, ...more }, `timeEntries { ${entry} } results { index id code field }`);
  const copy = (by: Member, from: string, to: string, more: object = {}) =>
    run(by, 'copyWeek', { from, to, ...more }, `timeEntries { ${entry} } skipped { id code } lastEventId`);
  const hoursOn = async (workDate: string): Promise<string[]> =>
    (
      await worker.ok(
        `query ($day: LocalDate!, $by: ID!) {
          timeEntries(where: { workDate: { eq: $day }, profileId: { eq: $by } }) { nodes { hours } }
        }`,
        { day: workDate, by: `Profile:${worker.profileId}` },
      )
    ).timeEntries.nodes.map(({ hours }: { hours: string }) => hours);

  it('is recorded at once, where each entry is refused by itself', async () => {
    const day = { projectId, workDate: '2026-03-02' };
    const given = [
      { ...day, hours: '7' },
      { ...day, hours: '18' },
      { ...day, duration: '1h30' },
      { ...day, hours: '1', profileId: `Profile:${manager.profileId}` },
      { ...day, projectId: 'Project:00000000-0000-7000-8000-000000000000', hours: '1' },
    ];
    expect(await bulk(worker, given)).toMatchObject({ code: 'DAY_LIMIT', field: 'input.timeEntries.1.hours' });
    expect(await hoursOn('2026-03-02')).toEqual([]);
    const { timeEntries: made, results } = await bulk(worker, given, { errorPolicy: 'REJECT_FAILED_ROWS' });
    // Ids of one millisecond have no order
    const timeEntries = made.toSorted(
      (a: { hours: string }, b: { hours: string }) => Number(b.hours) - Number(a.hours),
    );
    expect(timeEntries).toMatchObject([{ hours: '7' }, { hours: '1.5' }]);
    expect(results).toMatchObject([
      { index: 0, id: timeEntries[0].id, code: null },
      { code: 'DAY_LIMIT', field: 'input.timeEntries.1.hours' },
      { id: timeEntries[1].id, code: null },
      { id: null, code: 'FORBIDDEN' },
      { code: 'NOT_FOUND', field: 'input.timeEntries.4.projectId' },
    ]);
    expect(await bulk(worker, [])).toMatchObject({ code: 'BAD_INPUT', field: 'input.timeEntries' });
  });

  it('is recorded by one statement, whatever the number of entries', async () => {
    const timeEntries = Array.from({ length: 100 }, () => ({ projectId, workDate: '2026-03-03', hours: '0.1' }));
    const { data, statements } = await worker.graphql(
      'mutation ($input: CreateTimeEntriesInput!) { createTimeEntries(input: $input) { timeEntries { id } } }',
      { input: { timeEntries } },
    );
    expect(data.createTimeEntries.timeEntries).toHaveLength(100);
    expect(statements.filter((text) => /^(select answer from extensions.run_rows|insert)/.test(text))).toHaveLength(1);
  });

  it('is copied to another week once, without rejected entries and what cannot be there', async () => {
    const closing = await createProject(manager);
    const monday = { projectId, workDate: '2026-03-09' };
    await recordTime(worker, { ...monday, hours: '3', startedAt: '2026-03-09T08:00:00Z', description: 'Build' });
    await recordTime(worker, { ...monday, hours: '3', description: 'Build' });
    await recordTime(worker, { projectId, workDate: '2026-03-15', hours: '2' });
    const rejected = await recordTime(worker, { ...monday, hours: '1' });
    const closed = await recordTime(worker, { projectId: closing, workDate: '2026-03-10', hours: '4' });
    await run(manager, 'rejectTimeEntries', { ids: [rejected], note: 'No' });
    await run(manager, 'updateProject', { id: closing, status: 'SUSPENDED' });
    await recordTime(worker, { projectId, workDate: '2026-03-16', hours: '3', description: 'Build' });
    const { timeEntries: copied, skipped } = await copy(worker, '2026-03-11', '2026-03-18');
    const timeEntries = copied.toSorted((a: { workDate: string }, b: { workDate: string }) =>
      a.workDate.localeCompare(b.workDate),
    );
    const pending = { status: 'PENDING', startedAt: null, source: null };
    expect(timeEntries).toMatchObject([
      { workDate: '2026-03-16', hours: '3', description: 'Build', ...pending },
      { workDate: '2026-03-22', hours: '2', ...pending },
    ]);
    expect(skipped).toEqual([{ id: closed, code: 'INVALID_STATE' }]);
    expect(await copy(worker, '2026-03-11', '2026-03-18')).toMatchObject({ timeEntries: [], lastEventId: null });
    expect(await hoursOn('2026-03-16')).toEqual(['3', '3']);
  });

  it('is copied neither to itself, nor to a closed week, nor for others', async () => {
    await recordTime(worker, { projectId, workDate: '2026-04-06', hours: '1' });
    expect(await copy(worker, '2026-04-06', '2026-04-12')).toMatchObject({ code: 'BAD_INPUT', field: 'input.to' });
    await run(worker, 'submitTimesheet', { day: '2026-04-13' });
    expect(await copy(worker, '2026-04-06', '2026-04-13')).toMatchObject({
      ...{ code: 'INVALID_STATE', field: 'input.to', status: 'SUBMITTED' },
    });
    const profileId = `Profile:${worker.profileId}`;
    const other = await company.as('MEMBER');
    expect(await copy(other, '2026-04-06', '2026-04-20', { profileId })).toMatchObject({ code: 'FORBIDDEN' });
    const { timeEntries } = await copy(manager, '2026-04-06', '2026-04-20', { profileId });
    expect(timeEntries).toMatchObject([{ workDate: '2026-04-20', hours: '1' }]);
  });

  it('misses hours on working days, less holidays and approved leave', async () => {
    const profileId = `Profile:${worker.profileId}`;
    const typeId = (
      await run(
        manager,
        'createLeaveType',
        { name: 'Family', kind: 'FAMILY', needsApproval: false },
        'leaveType { id }',
      )
    ).leaveType.id;
    const away = async (input: object) => {
      const { leaveRequest } = await run(worker, 'createLeaveRequest', { typeId, ...input }, 'leaveRequest { id }');
      await run(worker, 'requestLeaveRequest', { id: leaveRequest.id });
    };
    await away({ fromDate: '2026-05-05', fromHalf: 'AFTERNOON', toDate: '2026-05-06' });
    await run(manager, 'updateProfile', { id: profileId, employedFrom: '2026-05-04' });
    await recordTime(worker, { projectId, workDate: '2026-05-04', hours: '8' });
    await recordTime(worker, { projectId, workDate: '2026-05-05', hours: '2.5' });
    const missing = (by: Member, args: object) =>
      by.graphql(
        `query ($profileId: ID, $from: LocalDate!, $to: LocalDate!) {
          missingDays(profileId: $profileId, from: $from, to: $to) { day expected recorded missing }
        }`,
        { from: '2026-04-27', to: '2026-05-10', ...args },
      );
    // Friday, 8 May is a holiday; the person began on Monday
    const found = [
      { day: '2026-05-05', expected: '4', recorded: '2.5', missing: '1.5' },
      { day: '2026-05-07', expected: '8', recorded: '0', missing: '8' },
    ];
    const { workingDays } = await manager.ok(
      `query ($by: ID!) {
        workingDays(from: "2026-05-04", to: "2026-05-08", profileId: $by) { count available leave { day part } }
      }`,
      { by: profileId },
    );
    const leave = [
      { day: '2026-05-05', part: '0.5' },
      { day: '2026-05-06', part: '1' },
    ];
    expect(workingDays).toEqual({ count: 4, available: '2.5', leave });
    expect((await missing(worker, {})).data).toEqual({ missingDays: found });
    expect((await missing(manager, { profileId })).data).toEqual({ missingDays: found });
    const other = await company.as('MEMBER');
    // Hours in a project that only its members see count for whom the person reports to, too
    const secret = await createProject(manager, { visibility: 'MEMBERS', managerId: profileId });
    await recordTime(worker, { projectId: secret, workDate: '2026-05-07', hours: '3' });
    const lead = await company.member('MEMBER');
    await run(manager, 'updateProfile', { id: profileId, managerId: `Profile:${lead.profileId}` });
    expect((await missing(lead, { profileId })).data.missingDays).toEqual([
      found[0],
      { day: '2026-05-07', expected: '8', recorded: '3', missing: '5' },
    ]);
    expect((await missing(other, { profileId })).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect((await missing(worker, { to: '2027-05-10' })).errors).toMatchObject([
      { extensions: { code: 'BAD_INPUT', field: 'to' } },
    ]);
  });
});
