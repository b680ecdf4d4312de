import { beforeAll, describe, expect, it } from 'vitest';
import { fromDayNumber, toDayNumber } from '../../src/lib/days.ts';
import { createClient, createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { recordTime } from './support.ts';

const shown =
  'activityReport { id month status days note signerName contentHash lines { nodes { day hours halfDays } } }';

describe('activity reports', async () => {
  const server = await world();
  let company: Company;
  let manager: Member;
  let consultant: Member;
  let contact: Member;
  let clientId: string;
  beforeAll(async () => {
    company = await server.company();
    manager = await company.as('MANAGER');
    consultant = await company.as('CONSULTANT');
    contact = await company.as('CLIENT');
    clientId = await createClient(manager, { name: 'Initech', contactId: `Profile:${contact.profileId}` });
  });

  /** A project that the consultant works on. */
  async function projectOf(input: object = {}): Promise<string> {
    const projectId = await createProject(manager, { clientId, startDate: '2025-01-01', ...input });
    const profileId = `Profile:${consultant.profileId}`;
    await run(manager, 'createProjectAssignment', { projectId, profileId, allocationPercent: 1 });
    return projectId;
  }

  /** Submits and approves the weeks from one that has the first day to one that has the last. */
  async function approveWeeks(first: string, last: string, by = consultant): Promise<string[]> {
    const ids: string[] = [];
    for (let day = toDayNumber(first); day <= toDayNumber(last) + 6; day += 7) {
      const { timesheet } = await run(by, 'submitTimesheet', { day: fromDayNumber(day) }, 'timesheet { id }');
      await run(manager, 'approveTimesheet', { id: timesheet.id });
      ids.push(timesheet.id);
    }
    return ids;
  }

  const submit = (projectId: string, day: string, by = consultant) =>
    run(by, 'submitActivityReport', { projectId, day }, shown);

  it('are made from validated time by half days, and signed by the contact of the client', async () => {
    const projectId = await projectOf();
    const record = (workDate: string, hours: string, project = projectId) =>
      recordTime(consultant, { projectId: project, workDate, hours });
    const other = await projectOf();
    await record('2025-03-03', '8');
    await record('2025-03-04', '2.5');
    await record('2025-03-04', '1.5');
    await record('2025-03-05', '1.99');
    await record('2025-03-06', '7', other);
    await record('2025-02-28', '8');
    const [first, second] = await approveWeeks('2025-02-24', '2025-03-31');
    const { activityReport } = await submit(projectId, '2025-03-17');
    const lines = [
      { day: '2025-03-03', hours: '8', halfDays: 2 },
      { day: '2025-03-04', hours: '4', halfDays: 1 },
      { day: '2025-03-05', hours: '1.99', halfDays: 0 },
    ];
    const draft = { note: null, signerName: null, contentHash: null };
    const { id } = activityReport;
    expect(activityReport).toEqual({
      ...{ id, month: '2025-03-01', status: 'SUBMITTED', days: '1.5', ...draft, lines: { nodes: lines } },
    });
    expect((await submit(projectId, '2025-03-01')).activityReport.id).toBe(id);
    // Its weeks stay as they are, until the report is taken back
    const locked = { code: 'INVALID_STATE', field: 'input.id', status: 'SUBMITTED', activityReport: id };
    expect(await run(manager, 'reopenTimesheet', { id: first, note: 'Late' })).toMatchObject(locked);
    expect(await run(contact, 'returnActivityReport', { id })).toMatchObject({
      code: 'BAD_INPUT',
      field: 'input.note',
    });
    const returned = await run(contact, 'returnActivityReport', { id, note: 'Friday is missing' }, shown);
    // The client no longer sees what it returned
    expect(returned).toEqual({ activityReport: null });
    const reopening = { id: second, note: 'Friday' };
    const { timesheet } = await run(manager, 'reopenTimesheet', reopening, 'timesheet { status }');
    expect(timesheet.status).toBe('DRAFT');
    expect(await submit(projectId, '2025-03-01')).toMatchObject({ code: 'INVALID_STATE', day: '2025-03-03' });
    await record('2025-03-07', '6');
    await approveWeeks('2025-03-03', '2025-03-03');
    expect((await submit(projectId, '2025-03-01')).activityReport).toMatchObject({ id, days: '2.5', note: null });
    const version = 3;
    for (const who of [manager, consultant, await company.as('OWNER')])
      expect(await run(who, 'signActivityReport', { id, expectedVersion: version })).toMatchObject({
        code: 'FORBIDDEN',
      });
    // Another client would sign in place of this one
    const elsewhere = { id: projectId, clientId: await createClient(manager) };
    expect(await run(manager, 'updateProject', elsewhere)).toMatchObject({
      ...{ code: 'INVALID_STATE', field: 'input.clientId' },
    });
    // What was read before the report was returned is not what is signed
    expect(await run(contact, 'signActivityReport', { id, expectedVersion: 1 })).toMatchObject({
      ...{ code: 'STALE_VERSION', field: 'input.expectedVersion' },
    });
    const signed = (await run(contact, 'signActivityReport', { id, expectedVersion: version }, shown)).activityReport;
    expect(signed).toMatchObject({ status: 'SIGNED', contentHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(signed.signerName).not.toBe('');
    expect(await run(contact, 'signActivityReport', { id, expectedVersion: version })).toEqual({ lastEventId: null });
    for (const who of [contact, consultant])
      expect(await run(who, 'returnActivityReport', { id, note: 'No' })).toMatchObject({ code: 'INVALID_STATE' });
    expect(await run(manager, 'reopenTimesheet', { id: first, note: 'Late' })).toMatchObject({
      ...{ ...locked, status: 'SIGNED' },
    });
    expect(await submit(projectId, '2025-03-01')).toMatchObject({ code: 'INVALID_STATE', status: 'SIGNED' });
  });

  it('need approved weeks and validated time', async () => {
    const projectId = await projectOf();
    expect(await submit(projectId, '2025-06-10')).toMatchObject({
      ...{ code: 'INVALID_STATE', field: 'input.day', day: '2025-06-01' },
    });
    await approveWeeks('2025-05-26', '2025-06-30');
    expect(await submit(projectId, '2025-06-10')).toMatchObject({ code: 'INVALID_STATE', field: 'input.day' });
    for (const day of ['0099-01-01', '9999-01-01'])
      expect(await submit(projectId, day)).toMatchObject({ code: 'BAD_INPUT', field: 'input.day' });
    const member = await company.as('MEMBER');
    const input = { projectId, profileId: `Profile:${consultant.profileId}`, day: '2025-06-10' };
    expect(await run(member, 'submitActivityReport', input)).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('show no names of projects that the viewer does not see, and only to their client', async () => {
    const projectId = await projectOf({ name: 'Quiet project', visibility: 'MEMBERS' });
    const profileId = `Profile:${consultant.profileId}`;
    const { nodes } = (
      await manager.ok('query ($p: ID!) { projectAssignments(where: { projectId: { eq: $p } }) { nodes { id } } }', {
        p: projectId,
      })
    ).projectAssignments;
    await recordTime(consultant, { projectId, workDate: '2025-08-04', hours: '8' });
    await approveWeeks('2025-07-28', '2025-08-31');
    const { activityReport } = await submit(projectId, '2025-08-04');
    await run(manager, 'deleteProjectAssignment', { id: nodes[0].id });
    const query = `query ($who: ID!) {
      activityReports(where: { profileId: { eq: $who }, month: { eq: "2025-08-01" } }) { nodes { id project { name } } }
      activityReportLines(where: { day: { eq: "2025-08-04" } }) { totalCount }
      activityReportsAggregate(where: { month: { eq: "2025-08-01" } }) { count }
    }`;
    const seenBy = async (who: Member) => {
      const { data, errors, statements } = await who.graphql(query, { who: profileId });
      expect(errors).toEqual([]);
      expect(statements.length).toBe(1);
      return [data.activityReports.nodes, data.activityReportLines.totalCount, data.activityReportsAggregate];
    };
    const { id } = activityReport;
    // Their own report, without the project that they see no more
    expect(await seenBy(consultant)).toEqual([[{ id, project: null }], 1, [{ count: 1 }]]);
    expect(await seenBy(manager)).toEqual([[{ id, project: { name: 'Quiet project' } }], 1, [{ count: 1 }]]);
    expect(await seenBy(contact)).toEqual([[{ id, project: { name: 'Quiet project' } }], 1, [{ count: 1 }]]);
    expect(await seenBy(await company.as('MEMBER'))).toEqual([[], 0, [{ count: 0 }]]);
    expect(await seenBy(await company.member('CLIENT'))).toEqual([[], 0, [{ count: 0 }]]);
    expect(await seenBy(await company.member('CONSULTANT'))).toEqual([[], 0, [{ count: 0 }]]);
  });

  it('are submitted and reopened in one order, when both happen at once', async () => {
    for (let round = 0; round < 6; round++) {
      const projectId = await projectOf();
      const by = await company.member('MEMBER');
      await recordTime(by, { projectId, workDate: '2025-10-06', hours: '8' });
      const [, week] = await approveWeeks('2025-09-29', '2025-10-31', by);
      const [reported, reopened] = await Promise.all([
        submit(projectId, '2025-10-06', by),
        run(manager, 'reopenTimesheet', { id: week, note: 'Wrong' }),
      ]);
      expect([reported.code, reopened.code].filter(Boolean)).toEqual(['INVALID_STATE']);
    }
  });
});
