import { beforeAll, describe, expect, it } from 'vitest';
import { run } from '../support/run.ts';
import { type Company, type Member, world } from '../support/world.ts';

describe('leave', async () => {
  const server = await world();
  let company: Company;
  let boss: Member;
  let lead: Member;
  let worker: Member;
  let paid: string;
  let sick: string;
  beforeAll(async () => {
    company = await server.company();
    boss = await company.as('MANAGER');
    [lead, worker] = [await company.member('CONSULTANT'), await company.member('CONSULTANT')];
    const managerId = `Profile:${lead.profileId}`;
    await run(boss, 'updateProfile', { id: `Profile:${worker.profileId}`, managerId, employedFrom: '2026-10-01' });
    const type = async (input: object) => (await run(boss, 'createLeaveType', input, 'leaveType { id }')).leaveType.id;
    paid = await type({
      ...{ name: 'Paid leave', kind: 'PAID_LEAVE', dayCount: 'MONDAY_TO_SATURDAY', drawsOnBalance: true },
      daysPerPeriod: 30,
    });
    sick = await type({ name: 'Sickness', kind: 'SICKNESS', dayCount: 'CALENDAR_DAYS', needsApproval: false });
  });

  const request = 'leaveRequest { id days status reviewNote }';
  const draft = async (input: object, by = worker) => {
    const { leaveRequest } = await run(by, 'createLeaveRequest', { typeId: paid, ...input }, request);
    return leaveRequest;
  };
  const step = (by: Member, verb: string, id: string, more: object = {}) =>
    run(by, `${verb}LeaveRequest`, { id, ...more }, request);
  const account = async (by = worker) =>
    (
      await by.ok(
        `query ($id: ID!) { node(id: $id) { ... on Profile {
          leaveAccount { balance { periodStart accrued usableUntil } taken requested remaining }
        } } }`,
        { id: `Profile:${worker.profileId}` },
      )
    ).node.leaveAccount;

  it('accrues by month, is rounded up once when the period ends, and less in sickness', async () => {
    expect(await run(worker, 'accrueLeave', { until: '2026-12-31' }, 'changed')).toMatchObject({ code: 'FORBIDDEN' });
    expect(await run(boss, 'accrueLeave', { until: '2026-12-31' }, 'changed')).toEqual({ changed: 1 });
    expect(await run(boss, 'accrueLeave', { until: '2026-12-31' }, 'changed')).toEqual({ changed: 0 });
    const of = { periodStart: '2026-06-01', accrued: '7.5', usableUntil: '2028-05-31' };
    expect(await account()).toEqual([{ balance: of, taken: '0', requested: '0', remaining: '7.5' }]);
    const ill = await draft({ typeId: sick, fromDate: '2027-01-01', toDate: '2027-01-31' });
    expect((await step(worker, 'request', ill.id)).leaveRequest).toMatchObject({ status: 'APPROVED', days: '31' });
    await run(boss, 'accrueLeave', { until: '2027-05-30' }, 'changed');
    // Seven months of work but a day of May, and one of sickness: 17.5 + 2 - 2.5 / 31
    expect((await account())[0].balance.accrued).toBe('19.42');
    await run(boss, 'accrueLeave', { until: '2027-06-30' }, 'changed');
    expect((await account()).map(({ balance }: { balance: { accrued: string } }) => balance.accrued).sort()).toEqual([
      ...['2.5', '20'],
    ]);
  });

  it('is requested by half days, and reviewed by the manager but never by oneself', async () => {
    const leave = await draft({ fromDate: '2027-05-03', fromHalf: 'AFTERNOON', toDate: '2027-05-08' });
    // Ascension is on Thursday, 6 May; 8 May is a Saturday and a holiday
    expect(leave).toMatchObject({ status: 'DRAFT', days: '3.5' });
    expect((await step(worker, 'request', leave.id)).leaveRequest.status).toBe('REQUESTED');
    expect((await account()).map(({ requested }: { requested: string }) => requested).sort()).toEqual(['0', '3.5']);
    expect(await step(worker, 'approve', leave.id)).toMatchObject({ code: 'FORBIDDEN', field: 'input.id' });
    const other = await company.as('MEMBER');
    expect(await step(other, 'approve', leave.id)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await step(lead, 'reject', leave.id)).toMatchObject({ code: 'BAD_INPUT', field: 'input.reviewNote' });
    expect((await step(lead, 'approve', leave.id)).leaveRequest.status).toBe('APPROVED');
    const away = 'query ($from: LocalDate!, $to: LocalDate!) { whoIsAway(from: $from, to: $to) { id } }';
    for (const [by, found] of [
      [boss, [{ id: leave.id }]],
      [lead, [{ id: leave.id }]],
      [other, []],
    ] as const)
      expect(await by.ok(away, { from: '2027-05-08', to: '2027-05-20' })).toEqual({ whoIsAway: found });
    expect((await step(worker, 'cancel', leave.id)).leaveRequest.status).toBe('CANCELLED');
    expect((await account()).map(({ taken }: { taken: string }) => taken)).toEqual(['0', '0']);
    expect(await boss.ok(away, { from: '2027-05-08', to: '2027-05-20' })).toEqual({ whoIsAway: [] });
  });

  it('overlaps no other leave, also if both are requested at once, and stays within the balance', async () => {
    const morning = { fromDate: '2027-06-07', toDate: '2027-06-07', toHalf: 'MORNING' };
    const afternoon = { fromDate: '2027-06-07', fromHalf: 'AFTERNOON', toDate: '2027-06-08' };
    const [one, two, again] = [await draft(morning), await draft(afternoon), await draft(morning)];
    expect((await step(worker, 'request', one.id)).leaveRequest.days).toBe('0.5');
    expect((await step(worker, 'request', two.id)).leaveRequest.days).toBe('1.5');
    expect(await step(worker, 'request', again.id)).toMatchObject({ code: 'INVALID_STATE', overlaps: one.id });
    const twice = [
      await draft({ fromDate: '2027-06-14', toDate: '2027-06-15' }),
      await draft({ fromDate: '2027-06-15', toDate: '2027-06-16' }),
    ];
    const results = await Promise.all(twice.map(({ id }) => step(worker, 'request', id)));
    expect(results.map(({ code }) => code).sort()).toEqual(['INVALID_STATE', undefined]);
    // 20 and 2.5 days, of which 4 are requested
    const long = await draft({ fromDate: '2027-09-06', toDate: '2027-09-27' });
    expect(long.days).toBe('19');
    expect(await step(worker, 'request', long.id)).toMatchObject({ code: 'INVALID_STATE', missingDays: 0.5 });
    await run(boss, 'updateTenantSettings', { leaveOverBalance: true });
    expect((await step(worker, 'request', long.id)).leaveRequest.status).toBe('REQUESTED');
    const sunday = await draft({ fromDate: '2027-10-03', toDate: '2027-10-03' });
    expect(await step(worker, 'request', sunday.id)).toMatchObject({ code: 'INVALID_STATE' });
  });

  it('is refused if it ends before it begins, lasts more than 1,100 days, for others, and to the role CLIENT', async () => {
    const none = {
      typeId: paid,
      fromDate: '2027-03-01',
      toDate: '2027-03-01',
      fromHalf: 'AFTERNOON',
      toHalf: 'MORNING',
    };
    expect(await run(worker, 'createLeaveRequest', none)).toMatchObject({ code: 'BAD_INPUT', field: 'input.toHalf' });
    const long = { typeId: paid, fromDate: '2027-01-01', toDate: '2030-01-04' };
    expect((await draft(long)).status).toBe('DRAFT');
    expect(await run(worker, 'createLeaveRequest', { ...long, toDate: '2030-01-05' })).toMatchObject({
      ...{ code: 'BAD_INPUT', field: 'input.toDate' },
    });
    const others = {
      typeId: paid,
      fromDate: '2027-03-01',
      toDate: '2027-03-02',
      profileId: `Profile:${worker.profileId}`,
    };
    expect(await run(lead, 'createLeaveRequest', others)).toMatchObject({ code: 'FORBIDDEN' });
    const client = await company.as('CLIENT');
    expect(await run(client, 'createLeaveRequest', others)).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('gives days of RTT by the calendar', async () => {
    await run(boss, 'createWorkCalendar', { name: 'France' });
    const years =
      '{ workCalendars { nodes { a: rttDays(year: 2026) b: rttDays(year: 2027) c: rttDays(year: 2028) } } }';
    expect((await worker.ok(years)).workCalendars.nodes).toEqual([{ a: 9, b: 11, c: 8 }]);
  });
});
