import { beforeAll, describe, expect, it } from 'vitest';
import type { Viewer } from '../../src/identity/viewer.ts';
import { reviewTimeEntries } from '../../src/modules/time/review-time-entries.ts';
import { viewerOf } from '../events/support.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { createTask, seedProject } from '../tasks/support.ts';
import { change, createEntry, recordTime } from './support.ts';

describe('time entries', async () => {
  const server = await world();
  let company: Company;
  let manager: Member;
  let colleague: Member;
  let projectId: string;
  let taskId: string;
  beforeAll(async () => {
    company = await server.company();
    [manager, colleague] = await Promise.all([company.as('MANAGER'), company.as('MEMBER')]);
    projectId = `Project:${await seedProject(company)}`;
    taskId = await createTask(manager, { projectId, name: 'Work' });
  });

  const refusal = async (member: Member, input: object) => {
    const { errors } = await member.graphql(createEntry, {
      input: { projectId, workDate: '2026-03-10', hours: '1', ...input },
    });
    return errors[0]?.extensions;
  };

  it('are checked and recorded, with their event, by one statement after locking the person’s days', async () => {
    const input = { projectId, taskId, workDate: '2026-02-01', hours: '1' };
    const { errors, statements } = await colleague.graphql(createEntry, { input });
    expect(errors).toEqual([]);
    expect(statements[0]).toMatch(/pg_advisory_xact_lock/);
    expect(statements[1]).toMatch(
      /^with change as \(insert into "time_entries" .* insert into "events" .*extensions\.refuse/s,
    );
    expect(statements.filter((text) => /insert|update|refuse/.test(text)).length).toBe(1);
  });

  it('do not reveal a day’s hours if their references are rejected', async () => {
    await manager.ok(createEntry, {
      input: { projectId, workDate: '2026-02-01', hours: '1', externalReference: 'taken' },
    });
    const nowhere = 'Task:00000000-0000-7000-8000-000000000000';
    expect(await refusal(manager, { externalReference: 'taken' })).toMatchObject({ code: 'ALREADY_EXISTS' });
    expect(await refusal(manager, { externalReference: 'taken', taskId: nowhere })).toMatchObject({
      code: 'NOT_FOUND',
      field: 'input.taskId',
    });
  });

  it('are one’s own unless a person is named, exact to two digits', async () => {
    const input = { projectId, taskId, workDate: '2026-02-02', hours: 7.25, description: 'Wiring' };
    const { createTimeEntry } = await colleague.ok(createEntry, { input });
    expect(createTimeEntry).toEqual({
      timeEntry: {
        id: expect.stringMatching(/^TimeEntry:/),
        hours: '7.25',
        workDate: '2026-02-02',
        status: 'PENDING',
        billable: true,
        version: 1,
        profile: { id: `Profile:${colleague.profileId}` },
        project: { id: projectId },
        task: { id: taskId },
      },
      lastEventId: expect.any(String),
    });
    expect(await refusal(colleague, { hours: '1.255' })).toMatchObject({ code: 'BAD_INPUT', field: 'input.hours' });
    expect(await refusal(colleague, { hours: '-1' })).toMatchObject({ code: 'BAD_INPUT', field: 'input.hours' });
  });

  it('of others need time:write-all', async () => {
    const profileId = `Profile:${colleague.profileId}`;
    expect(await recordTime(manager, { projectId, profileId, workDate: '2026-02-03' })).toMatch(/^TimeEntry:/);
    expect(await refusal(colleague, { profileId: `Profile:${manager.profileId}` })).toMatchObject({
      code: 'FORBIDDEN',
    });
    const others = await recordTime(manager, { projectId, workDate: '2026-02-03' });
    expect(await change(colleague, 'updateTimeEntry', { id: others, hours: '2' })).toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(await change(colleague, 'deleteTimeEntry', { id: others })).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('may refer to a task of their project', async () => {
    const other = `Project:${await seedProject(company)}`;
    expect(await refusal(colleague, { projectId: other, taskId })).toMatchObject({
      code: 'BAD_INPUT',
      field: 'input.taskId',
    });
    const id = await recordTime(colleague, { projectId, taskId, workDate: '2026-02-04' });
    expect(await change(colleague, 'updateTimeEntry', { id, projectId: other })).toMatchObject({ task: null });
    expect(await change(colleague, 'updateTimeEntry', { id, taskId })).toMatchObject({ field: 'input.taskId' });
    expect(await change(colleague, 'updateTimeEntry', { id, projectId, taskId })).toMatchObject({
      task: { id: taskId },
    });
  });

  it('follow their task to another project', async () => {
    const task = await createTask(manager, { projectId, name: 'Wandering' });
    const id = await recordTime(colleague, { projectId, taskId: task, workDate: '2026-02-05' });
    const other = `Project:${await seedProject(company)}`;
    await manager.ok('mutation ($input: UpdateTaskInput!) { updateTask(input: $input) { task { id } } }', {
      input: { id: task, projectId: other },
    });
    const { node } = await colleague.ok(
      'query ($id: ID!) { node(id: $id) { ... on TimeEntry { project { id } version } } }',
      { id },
    );
    expect(node).toEqual({ project: { id: other }, version: 2 });
  });

  it('never bring a day over 24 hours, on any path', async () => {
    const day = { projectId, workDate: '2026-03-01' };
    const first = await recordTime(colleague, { ...day, hours: '20' });
    expect(await refusal(colleague, { ...day, hours: '4.01' })).toMatchObject({
      code: 'DAY_LIMIT',
      field: 'input.hours',
      workDate: '2026-03-01',
    });
    const second = await recordTime(colleague, { ...day, hours: '4' });
    expect(await change(colleague, 'updateTimeEntry', { id: second, hours: '4.01' })).toMatchObject({
      code: 'DAY_LIMIT',
    });
    const elsewhere = await recordTime(colleague, { ...day, workDate: '2026-03-02', hours: '1' });
    expect(await change(colleague, 'updateTimeEntry', { id: elsewhere, workDate: '2026-03-01' })).toMatchObject({
      code: 'DAY_LIMIT',
    });
    expect(await change(colleague, 'updateTimeEntry', { id: first, hours: '19.5' })).toMatchObject({ hours: '19.5' });
    expect(await change(colleague, 'updateTimeEntry', { id: second, hours: '4.5' })).toMatchObject({ hours: '4.5' });
    expect(await recordTime(manager, { ...day, hours: '24' })).toMatch(/^TimeEntry:/);
  });

  it('share a day correctly among twenty concurrent requests', async () => {
    const input = { projectId, workDate: '2026-03-03', hours: '3' };
    const results = await Promise.all(Array.from({ length: 20 }, () => colleague.graphql(createEntry, { input })));
    const codes = results.map(({ errors }) => errors[0]?.extensions.code ?? 'OK').sort();
    expect(codes).toEqual([...Array(12).fill('DAY_LIMIT'), ...Array(8).fill('OK')]);
  });

  it('cannot change once validated, and can be corrected when rejected', async () => {
    const [one, two] = [
      await recordTime(colleague, { projectId, workDate: '2026-04-01' }),
      await recordTime(colleague, { projectId, workDate: '2026-04-02' }),
    ];
    expect(await change(colleague, 'validateTimeEntries', { ids: [one] })).toMatchObject({ code: 'FORBIDDEN' });
    const reviewer = { id: `Profile:${manager.profileId}` };
    expect(await change(manager, 'validateTimeEntries', { ids: [one] })).toMatchObject([
      { status: 'VALIDATED', version: 2, reviewer },
    ]);
    expect(await change(manager, 'validateTimeEntries', { ids: [one] })).toMatchObject([{ version: 2 }]);
    for (const [verb, input] of [
      ['updateTimeEntry', { id: one, hours: '2' }],
      ['deleteTimeEntry', { id: one }],
      ['rejectTimeEntries', { ids: [two, one], note: 'No' }],
    ] as const) {
      expect(await change(manager, verb, input)).toMatchObject({ code: 'INVALID_STATE' });
    }
    expect(await change(manager, 'rejectTimeEntries', { ids: [two], note: 'Which task?' })).toMatchObject([
      { status: 'REJECTED', reviewNote: 'Which task?' },
    ]);
    expect(await change(colleague, 'updateTimeEntry', { id: two, taskId })).toMatchObject({
      status: 'PENDING',
      reviewer: null,
      reviewNote: null,
    });
    expect(await change(manager, 'reopenTimeEntries', { ids: [one] })).toMatchObject([{ status: 'PENDING' }]);
    expect(await change(colleague, 'deleteTimeEntry', { id: one })).toBe(one);
    expect(await change(manager, 'validateTimeEntries', { ids: [two, one] })).toEqual({
      code: 'NOT_FOUND',
      field: 'input.ids.1',
    });
  });

  it('are reviewed by people who see them', async () => {
    const id = await recordTime(manager, { projectId, workDate: '2026-04-02' });
    const reviewer: Viewer = { ...(await viewerOf(colleague)), permissions: new Set(['time:validate']) };
    const review = server.app.binding.write(company.tenant, (tx) =>
      reviewTimeEntries(
        tx,
        reviewer,
        'validate',
        { ids: [id.slice('TimeEntry:'.length)] },
        { isOnlyOwner: async () => false },
      ),
    );
    await expect(review).rejects.toMatchObject({ code: 'NOT_FOUND', details: { field: 'input.ids.0' } });
  });

  it('are not overwritten by concurrent changes', async () => {
    const id = await recordTime(colleague, { projectId, workDate: '2026-04-03' });
    const results = await Promise.all(
      ['2', '3'].map((hours) => change(colleague, 'updateTimeEntry', { id, hours, expectedVersion: 1 })),
    );
    expect(results.map((result) => result.code ?? 'OK').sort()).toEqual(['OK', 'STALE_VERSION']);
  });

  it('are invisible to a CLIENT, on every path', async () => {
    const client = await company.as('CLIENT');
    const ofClient = await seedProject(company, { contactId: client.profileId });
    const id = await recordTime(colleague, { projectId: `Project:${ofClient}`, workDate: '2026-04-04' });
    const { data, errors } = await client.graphql(
      `query ($id: ID!) {
        node(id: $id) { id }
        projects { nodes { hours timeEntries { totalCount nodes { id } } } }
      }`,
      { id },
    );
    expect(data).toEqual({
      node: null,
      projects: { nodes: [{ hours: null, timeEntries: { totalCount: 0, nodes: [] } }] },
    });
    expect(errors).toMatchObject([{ path: ['projects', 'nodes', 0, 'hours'], extensions: { code: 'FORBIDDEN' } }]);
    for (const list of ['timeEntries { totalCount }', 'timeEntriesAggregate { sum }', 'runningTimers { totalCount }'])
      expect((await client.graphql(`{ ${list} }`)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(
      (
        await client.graphql(createEntry, {
          input: { projectId: `Project:${ofClient}`, workDate: '2026-04-04', hours: 1 },
        })
      ).errors,
    ).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});
