import { beforeAll, describe, expect, it } from 'vitest';
import { fromDayNumber, toDayNumber } from '../../src/lib/days.ts';
import { importInto, scratchFolder } from '../imports/support.ts';
import { createPart, createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { createTask } from '../tasks/support.ts';
import { change, createEntry, recordTime } from './support.ts';

const entryOf = async (member: Member, id: string) =>
  (
    await member.ok(
      'query ($id: ID!) { node(id: $id) { ... on TimeEntry { project { id } task { id } status hours } } }',
      {
        id,
      },
    )
  ).node;

const today = new Date().toISOString().slice(0, 10);
const nextMonth = fromDayNumber(toDayNumber(today) + 32);

const mapping = `
name: clock
file: { format: json-lines }
project: { reference: 'clock:{project}', name: 'Imported {project}' }
person: { reference: 'clock:{who}', firstName: '{who}' }
time: { reference: 'clock:entry:{id}', person: '{who}', day: '{day}', hours: '{hours}' }
`;

describe('validated time', async () => {
  const server = await world();
  const folder = await scratchFolder();
  let company: Company;
  let manager: Member;
  let member: Member;
  let colleague: Member;
  beforeAll(async () => {
    company = await server.company();
    manager = await company.as('MANAGER');
    member = await company.as('MEMBER');
    colleague = await company.as('MEMBER');
  });

  const validatedEntry = async (input: object) => {
    const id = await recordTime(colleague, { ...input });
    expect(await change(manager, 'validateTimeEntries', { ids: [id] })).toMatchObject([{ status: 'VALIDATED' }]);
    return id;
  };

  it('keeps its task from moving to another project, by anybody and in bulk', async () => {
    const [projectId, other] = [await createProject(manager), await createProject(manager)];
    const taskId = await createTask(manager, { projectId, name: 'Work' });
    const pending = await recordTime(colleague, { projectId, taskId });
    const validated = await validatedEntry({ projectId, taskId });
    const refusal = { code: 'INVALID_STATE', field: 'input.projectId' };
    for (const mover of [member, manager])
      expect(await run(mover, 'updateTask', { id: taskId, projectId: other })).toMatchObject(refusal);
    const bulk = { tasks: [{ id: taskId, projectId: other }] };
    expect(await run(member, 'updateTasks', bulk)).toMatchObject({
      code: 'INVALID_STATE',
      field: 'input.tasks.0.projectId',
    });
    for (const id of [pending, validated]) expect((await entryOf(manager, id)).project.id).toBe(projectId);
    await change(manager, 'reopenTimeEntries', { ids: [validated] });
    expect(await run(member, 'updateTask', { id: taskId, projectId: other })).toEqual({
      lastEventId: expect.any(String),
    });
    expect((await entryOf(manager, validated)).project.id).toBe(other);
  });

  it('keeps its project from being deleted', async () => {
    const projectId = await createProject(manager);
    const id = await validatedEntry({ projectId });
    expect(await run(manager, 'deleteProject', { id: projectId })).toMatchObject({
      code: 'IN_USE',
      field: 'input.id',
      validated: 1,
    });
    expect(await entryOf(manager, id)).toMatchObject({ status: 'VALIDATED', project: { id: projectId } });
    await change(manager, 'reopenTimeEntries', { ids: [id] });
    expect(await run(manager, 'deleteProject', { id: projectId }, 'deletedId')).toEqual({ deletedId: projectId });
  });

  it('is an invalid row of an import that would change its person, project, hours or day, or delete it', async () => {
    const line = (input: object) =>
      JSON.stringify({ id: 1, project: 1, who: 'Ada', day: '2026-02-03', hours: '4', ...input });
    const other = line({ id: 2, project: 2, who: 'Bob' });
    await importInto(company, 'time', await folder.write('first.jsonl', [line({}), other].join('\n')), mapping);
    const { timeEntries } = await manager.ok(
      '{ timeEntries(where: { source: { eq: "import:clock" } }) { nodes { id } } }',
    );
    const ids = timeEntries.nodes.map(({ id }: { id: string }) => id);
    await change(manager, 'validateTimeEntries', { ids });
    for (const [at, changed] of [{ who: 'Bob' }, { project: 2 }, { hours: '5' }, { day: '2026-02-04' }].entries()) {
      const file = await folder.write(`again-${at}.jsonl`, [line(changed), other].join('\n'));
      const report = await importInto(company, 'time', file, mapping, { onError: 'skip' });
      expect(report.skipped).toEqual([
        { line: 1, reason: 'time: "clock:entry:1" was validated and cannot be changed by an import' },
      ]);
      expect(report.changes.updated).toEqual({});
    }
    const spread = mapping.replace("day: '{day}'", "day: '{day}', spread: '4'");
    const total = (hours: string) => line({ id: 'total', hours });
    await importInto(company, 'time', await folder.write('spread.jsonl', total('12')), spread);
    const all = await manager.ok(
      '{ timeEntries(where: { hours: { eq: 4 }, status: { eq: PENDING } }) { nodes { id } } }',
    );
    await change(manager, 'validateTimeEntries', { ids: all.timeEntries.nodes.map(({ id }: { id: string }) => id) });
    const less = await importInto(company, 'time', await folder.write('less.jsonl', total('8')), spread, {
      onError: 'skip',
    });
    expect(less.skipped).toMatchObject([{ line: 1, reason: expect.stringContaining('was validated') }]);
    expect(less.changes.deleted).toEqual({});
  });

  it('is validated by another person than its author, also if it is imported', async () => {
    const projectId = await createProject(manager);
    const [own, others] = [await recordTime(manager, { projectId }), await recordTime(colleague, { projectId })];
    expect(await change(manager, 'validateTimeEntries', { ids: [others, own] })).toEqual({
      code: 'FORBIDDEN',
      field: 'input.ids.1',
    });
    expect((await entryOf(manager, others)).status).toBe('PENDING');
    const entry = { profileId: `Profile:${manager.profileId}`, projectId, workDate: '2026-02-03', hours: '1' };
    const entries = [{ ...entry, status: 'VALIDATED' }];
    expect(await run(manager, 'importTimeEntries', { source: 'x', entries })).toMatchObject({
      code: 'FORBIDDEN',
      field: 'input.entries.0.status',
    });
    const owner = await company.as('OWNER');
    expect(await change(owner, 'validateTimeEntries', { ids: [own] })).toMatchObject([{ status: 'VALIDATED' }]);
  });

  it('and deliverables are rejected with a reason', async () => {
    const projectId = await createProject(manager);
    const id = await recordTime(colleague, { projectId });
    const why = { code: 'BAD_INPUT', field: 'input.note' };
    expect(await change(manager, 'rejectTimeEntries', { ids: [id] })).toMatchObject({ code: 'BAD_INPUT' });
    for (const note of [null, ' '])
      expect(await change(manager, 'rejectTimeEntries', { ids: [id], note })).toEqual(why);
    expect(await change(manager, 'rejectTimeEntries', { ids: [id], note: 'Which task?' })).toMatchObject([
      { status: 'REJECTED', reviewNote: 'Which task?' },
    ]);
    const deliverable = await createPart(manager, 'Deliverable', { projectId, name: 'Report' });
    await run(manager, 'changeDeliverableStatus', { id: deliverable, status: 'SUBMITTED' });
    for (const note of [undefined, ' '])
      expect(
        await run(manager, 'changeDeliverableStatus', { id: deliverable, status: 'REJECTED', note }),
      ).toMatchObject(why);
    expect(
      await run(
        manager,
        'changeDeliverableStatus',
        { id: deliverable, status: 'REJECTED', note: 'Too short' },
        'deliverable { status }',
      ),
    ).toEqual({ deliverable: { status: 'REJECTED' } });
  });

  it('counts towards a day together with pending time: rejected hours do not, until they are changed', async () => {
    const day = { projectId: await createProject(manager), workDate: '2026-03-05' };
    const rejected = await recordTime(colleague, { ...day, hours: '20' });
    await change(manager, 'rejectTimeEntries', { ids: [rejected], note: 'Too much' });
    const second = await recordTime(colleague, { ...day, hours: '20' });
    for (const patch of [{ description: 'As I said' }, { hours: '19' }])
      expect(await change(colleague, 'updateTimeEntry', { id: rejected, ...patch })).toMatchObject({
        code: 'DAY_LIMIT',
      });
    expect(await change(colleague, 'updateTimeEntry', { id: second, hours: '24' })).toMatchObject({ hours: '24' });
    expect(await change(colleague, 'updateTimeEntry', { id: second, hours: '20' })).toMatchObject({ hours: '20' });
    expect(await change(colleague, 'updateTimeEntry', { id: rejected, hours: '4' })).toMatchObject({
      status: 'PENDING',
    });
  });
});

describe('the day of work', async () => {
  const server = await world();
  const company = await server.company();
  const [manager, member] = [await company.as('MANAGER'), await company.as('MEMBER')];
  const projectId = await createProject(manager, { startDate: '2026-02-10' });
  const record = async (who: Member, workDate: string) =>
    (await who.graphql(createEntry, { input: { projectId, workDate, hours: '1' } })).errors[0]?.extensions;
  const refusal = { code: 'BAD_INPUT', field: 'input.workDate' };

  it.each(['2026-02-09', nextMonth, '2031-01-01'])('is not %s, unless one may write everybody’s time', async (day) => {
    expect(await record(member, day)).toMatchObject(refusal);
    const id = await recordTime(member, { projectId, workDate: '2026-02-10' });
    expect(await change(member, 'updateTimeEntry', { id, workDate: day })).toEqual(refusal);
    expect(await record(manager, day)).toBeUndefined();
    expect(await change(manager, 'updateTimeEntry', { id, workDate: day })).toMatchObject({ workDate: day });
    // What stays as it is may be changed otherwise
    expect(await change(member, 'updateTimeEntry', { id, description: 'Later' })).toMatchObject({ workDate: day });
  });

  it('is not before the project that a task goes to with its time', async () => {
    const later = await createProject(manager, { startDate: '2026-03-01' });
    const taskId = await createTask(member, { projectId, name: 'Early' });
    const id = await recordTime(member, { projectId, taskId, workDate: '2026-02-12' });
    const refused = await run(member, 'updateTask', { id: taskId, projectId: later });
    expect(refused).toMatchObject({ code: 'INVALID_STATE', field: 'input.projectId', startDate: '2026-03-01' });
    expect(await entryOf(member, id)).toMatchObject({ project: { id: projectId } });
    await run(manager, 'updateTask', { id: taskId, projectId: later });
    expect(await entryOf(member, id)).toMatchObject({ project: { id: later } });
  });

  it('is any day that the settings allow', async () => {
    const owner = await company.as('OWNER');
    const days = [
      { setting: 'timeBeforeStart', day: '2026-02-08' },
      { setting: 'timeAhead', day: nextMonth },
    ];
    for (const { setting, day } of days) {
      expect(await record(member, day)).toMatchObject(refusal);
      await run(owner, 'updateTenantSettings', { [setting]: true });
      expect(await record(member, day)).toBeUndefined();
    }
    const later = await createProject(manager, { startDate: '2026-03-01' });
    const taskId = await createTask(member, { projectId, name: 'Early' });
    await recordTime(member, { projectId, taskId, workDate: '2026-02-12' });
    expect(await run(member, 'updateTask', { id: taskId, projectId: later })).toEqual({
      lastEventId: expect.any(String),
    });
    for (const { setting } of days) await run(owner, 'updateTenantSettings', { [setting]: null });
    for (const { day } of days) expect(await record(member, day)).toMatchObject(refusal);
  });

  it('ranges from the first day of the project to the end of this month', async () => {
    const last = fromDayNumber(
      toDayNumber(`${fromDayNumber(toDayNumber(`${today.slice(0, 7)}-28`) + 4).slice(0, 7)}-01`) - 1,
    );
    for (const day of ['2026-02-10', last]) expect(await record(member, day)).toBeUndefined();
  });

  it('is not before the start of the entry’s new project, nor of a timer’s', async () => {
    const tomorrow = fromDayNumber(toDayNumber(today) + 2);
    const later = await createProject(manager, { startDate: tomorrow });
    const id = await recordTime(member, { projectId, workDate: '2026-02-11' });
    expect(await change(member, 'updateTimeEntry', { id, projectId: later })).toEqual(refusal);
    expect(await run(member, 'startTimer', { projectId: later })).toMatchObject({
      code: 'BAD_INPUT',
      field: 'input.startedAt',
    });
    expect(await run(manager, 'startTimer', { projectId: later }, 'runningTimer { id }')).toMatchObject({
      runningTimer: { id: expect.any(String) },
    });
  });
});
