import fc from 'fast-check';
import { RRuleTemporal } from 'rrule-temporal';
import { beforeAll, describe, expect, it } from 'vitest';
import { nextDay, recurrenceField } from '../../src/modules/tasks/recurrence-rule.ts';
import { startSeries } from '../../src/modules/tasks/series.ts';
import { settledLog } from '../events/support.ts';
import { createClient, createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { createTask } from './support.ts';

/** The days of a series as tasks follow each other, at most so many. */
function daysOf(recurrence: string, start: string, most: number): string[] {
  const days = [start];
  let place = { recurrence, seriesStart: start, occursOn: start, occurrence: 1 };
  for (let day = nextDay(place); day && days.length < most; day = nextDay(place)) {
    days.push(day);
    place = { ...place, occursOn: day, occurrence: place.occurrence + 1 };
  }
  return days;
}

describe('a rule', () => {
  const some = <T>(values: readonly T[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });
  const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
  const frequency = fc.oneof(
    fc.constant('FREQ=DAILY'),
    some(weekdays).map((days) => `FREQ=WEEKLY;BYDAY=${days}`),
    some([1, 15, 28, 31, -1, -3]).map((days) => `FREQ=MONTHLY;BYMONTHDAY=${days}`),
    some(['1MO', '-1FR', '2TU', '4SU']).map((days) => `FREQ=MONTHLY;BYDAY=${days}`),
    fc.constant('FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1'),
    some([2, 6, 12]).map((months) => `FREQ=YEARLY;BYMONTH=${months};BYMONTHDAY=1`),
  );
  const end = fc.oneof(
    fc.constant(''),
    fc.integer({ min: 1, max: 12 }).map((count) => `;COUNT=${count}`),
    fc.constantFrom(';UNTIL=20250301', ';UNTIL=20271231', ';UNTIL=20240101'),
  );
  const interval = fc.constantFrom('', ';INTERVAL=2', ';INTERVAL=5');
  const start = fc.integer({ min: 0, max: 900 }).map((day) => new Date(Date.UTC(2024, 0, 1 + day)));

  it('gives the days of the library’s own expansion', () => {
    fc.assert(
      fc.property(frequency, interval, end, start, (freq, step, last, from) => {
        const day = from.toISOString().slice(0, 10);
        const rule = recurrenceField.parse(`${freq}${step}${last}`);
        const expansion = new RRuleTemporal({
          rruleString: `DTSTART:${day.replaceAll('-', '')}T000000Z\nRRULE:${rule.replace(/UNTIL=(\d+)/, 'UNTIL=$1T000000Z').replace(/;COUNT=\d+/, '')}`,
        });
        const count = Number(/COUNT=(\d+)/.exec(rule)?.[1] ?? 12);
        const all = expansion.all((_, index) => index < 12).map((each) => each.toString().slice(0, 10));
        // The task that the series starts with counts, whether or not its day fits the rule
        const expected = [day, ...all.filter((each) => each !== day)].slice(0, Math.min(count, 12));
        expect(daysOf(rule, day, 12)).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['FREQ=HOURLY', 'FREQ must be DAILY'],
    ['FREQ=DAILY;BYHOUR=9', 'no part BYHOUR'],
    ['INTERVAL=2', 'FREQ must be'],
    ['FREQ=DAILY;FREQ=DAILY', 'twice'],
    ['FREQ=DAILY;COUNT=2;UNTIL=20270101', 'cannot be combined'],
    ['FREQ=DAILY;INTERVAL=0', 'INTERVAL'],
    ['FREQ=MONTHLY;BYMONTHDAY=1,77', 'BYMONTHDAY has'],
    ['FREQ=YEARLY;BYMONTH=-1', 'BYMONTH has'],
    ['FREQ=MONTHLY;BYDAY=0MO', 'BYDAY has'],
    ['FREQ=DAILY;UNTIL=20270101T000000Z', 'UNTIL must be a day'],
    ['FREQ=DAILY\nDTSTART:20270101', 'invalid|FREQ must'],
    ['', 'RFC 5545'],
    [`FREQ=DAILY;BYMONTHDAY=${'1,'.repeat(120)}1`, '200'],
    ['__proto__=1', 'no part'],
  ])('is refused: %j', (rule, message) => {
    const { error } = recurrenceField.safeParse(rule);
    expect(error?.issues[0]?.message).toMatch(new RegExp(message));
  });

  it.each(['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', 'FREQ=WEEKLY;BYMONTHDAY=1', 'FREQ=DAILY;BYDAY=2MO'])(
    'without days, or against the RFC, is refused: %s',
    (rule) => expect(() => startSeries(recurrenceField.parse(rule), '2027-01-01')).toThrow(/RFC 5545/),
  );
});

describe('a recurring task', async () => {
  const server = await world();
  let company: Company;
  let manager: Member;
  let member: Member;
  let projectId: string;
  beforeAll(async () => {
    company = await server.company();
    [manager, member] = [await company.as('MANAGER'), await company.as('MEMBER')];
    projectId = await createProject(manager);
  });
  const weekly = 'FREQ=WEEKLY;BYDAY=MO';
  const finish = (id: string, who = member) => run(who, 'moveTask', { id, status: 'DONE' });
  const reopen = (id: string) => run(member, 'updateTask', { id, status: 'TODO' });
  const shown = `id name status startDate dueDate occursOn occurrence recurrence estimateDays assignee { firstName }
    labels { nodes { name } } members { nodes { role profile { firstName } } } checklist { nodes { name isDone } }`;
  const seriesOf = async (name: string, who = member) =>
    (
      await who.ok(
        `query ($name: String) { tasks(where: { name: { eq: $name } }, orderBy: [{ field: CREATED_AT }]) { nodes { ${shown} } } }`,
        { name },
      )
    ).tasks.nodes;
  const make = (input: object, who = member) => createTask(who, { projectId, dueDate: '2027-03-01', ...input });

  it('is followed by the next one when it is finished, with its labels, people and checklist', async () => {
    const name = 'Weekly report';
    const profileId = `Profile:${member.profileId}`;
    const id = await make({ name, recurrence: `rrule:${weekly}`, startDate: '2027-02-26', assigneeId: profileId });
    const { label } = await run(manager, 'createLabel', { name: 'Report', color: '#000000' }, 'label { id }');
    await run(member, 'setTaskLabels', { taskId: id, labelIds: [label.id] });
    await run(member, 'createTaskMember', { taskId: id, profileId: `Profile:${manager.profileId}`, role: 'WATCHER' });
    const step = await run(member, 'createChecklistItem', { taskId: id, name: 'Write' }, 'checklistItem { id }');
    await run(member, 'updateChecklistItem', { id: step.checklistItem.id, isDone: true });
    await run(member, 'updateTask', { id, dueDate: '2027-03-03' });
    expect(await finish(id)).toEqual({ lastEventId: expect.any(String) });
    const [former, next, ...others] = await seriesOf(name);
    expect(others).toEqual([]);
    expect(former).toMatchObject({ status: 'DONE', occurrence: 1, occursOn: '2027-03-01', dueDate: '2027-03-03' });
    expect(next).toMatchObject({
      ...{ status: 'TODO', occurrence: 2, occursOn: '2027-03-08', dueDate: '2027-03-08', startDate: '2027-03-03' },
      ...{ recurrence: weekly, assignee: { firstName: 'Member' }, labels: { nodes: [{ name: 'Report' }] } },
      members: { nodes: [{ role: 'WATCHER', profile: { firstName: 'Manager' } }] },
      checklist: { nodes: [{ name: 'Write', isDone: false }] },
    });
    await settledLog(company);
    const log = 'query ($id: ID!) { events(where: { resource: $id }) { nodes { action metadata } } }';
    const { nodes } = (await member.ok(log, { id: next.id })).events;
    expect(nodes.map(({ action }: { action: string }) => action)).toEqual(['task.created', 'task.labelAdded']);
    expect(nodes[0].metadata).toMatchObject({ recurrenceOf: id.replace('Task:', '') });
  });

  it('is followed once, however often and by however many people it is finished', async () => {
    const name = 'Once';
    const id = await make({ name, recurrence: 'FREQ=DAILY' });
    for (let round = 0; round < 3; round++) {
      await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          index % 2 ? finish(id, manager) : run(member, 'updateTasks', { tasks: [{ id, status: 'DONE' }] }),
        ),
      );
      await reopen(id);
    }
    expect((await seriesOf(name)).map(({ occurrence }: { occurrence: number }) => occurrence)).toEqual([1, 2]);
  });

  it('ends after COUNT, with its rule, and in a project that is closed', async () => {
    const name = 'Twice';
    await make({ name, recurrence: `${weekly};COUNT=2` });
    for (let round = 0; round < 3; round++) for (const { id } of await seriesOf(name)) await finish(id);
    expect(await seriesOf(name)).toHaveLength(2);
    const cleared = await make({ name: 'Cleared', recurrence: weekly });
    await run(member, 'updateTask', { id: cleared, recurrence: null });
    await finish(cleared);
    expect(await seriesOf('Cleared')).toMatchObject([{ recurrence: null, occursOn: null, occurrence: null }]);
    const closed = await createProject(manager);
    const last = await make({ name: 'Closed', recurrence: weekly, projectId: closed });
    await run(manager, 'updateProject', { id: closed, status: 'SUSPENDED' });
    await finish(last);
    expect(await seriesOf('Closed')).toHaveLength(1);
  });

  it('cannot come back from the trash beside the one that replaced it', async () => {
    const name = 'Replaced';
    const id = await make({ name, recurrence: weekly });
    await finish(id);
    const [, second] = await seriesOf(name);
    await run(member, 'updateTask', { id: second.id, name: 'Thrown away' });
    await run(manager, 'deleteTask', { id: second.id }, 'deletedId');
    await reopen(id);
    await finish(id);
    expect(await seriesOf(name)).toMatchObject([{ occurrence: 1 }, { occurrence: 2 }]);
    const { trash } = await manager.ok('{ trash(where: { name: { eq: "Thrown away" } }) { nodes { id resourceId } } }');
    expect(await run(manager, 'restoreTask', { id: trash.nodes[0].resourceId })).toMatchObject({
      code: 'ALREADY_EXISTS',
    });
    await run(manager, 'deleteTask', { id: (await seriesOf(name))[1].id }, 'deletedId');
    expect(await run(manager, 'restoreTask', { id: trash.nodes[0].resourceId })).toEqual({
      lastEventId: expect.any(String),
    });
  });

  it('starts a new series with a new rule, and keeps its place with the same one', async () => {
    const name = 'Changed';
    const first = await make({ name, recurrence: weekly });
    await finish(first);
    const [, second] = await seriesOf(name);
    await run(member, 'updateTask', { id: second.id, recurrence: weekly, name });
    expect((await seriesOf(name))[1]).toMatchObject({ occurrence: 2, occursOn: '2027-03-08' });
    await run(member, 'updateTask', { id: second.id, recurrence: 'FREQ=MONTHLY', dueDate: '2027-03-31' });
    expect((await seriesOf(name))[1]).toMatchObject({ occurrence: 1, occursOn: '2027-03-31' });
    await finish(second.id);
    expect((await seriesOf(name))[2]).toMatchObject({ occurrence: 2, dueDate: '2027-05-31' });
  });

  it('needs a due date and a rule that can be followed', async () => {
    const create = (input: object) => run(member, 'createTask', { projectId, name: 'Refused', ...input });
    const noDay = { code: 'BAD_INPUT', field: 'input.dueDate' };
    expect(await create({ recurrence: weekly })).toMatchObject(noDay);
    for (const recurrence of ['FREQ=MINUTELY', 'every day', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30'])
      expect(await create({ recurrence, dueDate: '2027-03-01' })).toMatchObject({
        ...{ code: 'BAD_INPUT', field: 'input.recurrence' },
      });
    const id = await make({ name: 'Day', recurrence: weekly });
    expect(await run(member, 'updateTask', { id, dueDate: null })).toMatchObject(noDay);
    expect(await run(member, 'updateTasks', { tasks: [{ id, recurrence: 'x' }] })).toMatchObject({
      ...{ code: 'BAD_INPUT', field: 'input.tasks.0.recurrence' },
    });
  });

  it('stays with those who see it: a PERSONAL one with its owner', async () => {
    const name = 'Mine';
    const id = await createTask(member, { name, dueDate: '2027-03-01', recurrence: 'FREQ=DAILY' });
    await finish(id);
    expect(await seriesOf(name)).toHaveLength(2);
    expect(await seriesOf(name, manager)).toEqual([]);
    const client = await company.as('CLIENT');
    const clientId = await createClient(manager, { contactId: `Profile:${client.profileId}` });
    const shared = await createProject(manager, { clientId });
    await finish(await make({ name: 'Shared', recurrence: 'FREQ=DAILY', projectId: shared }));
    expect(await seriesOf('Shared', client)).toHaveLength(2);
  });

  it('stays in its series when its rule is sent again with another due day', async () => {
    const name = 'Postponed';
    await finish(await make({ name, recurrence: weekly }));
    const [, second] = await seriesOf(name);
    await run(member, 'updateTask', { id: second.id, recurrence: weekly, dueDate: '2027-03-09' });
    const [, postponed] = await seriesOf(name);
    expect(postponed).toMatchObject({ occurrence: 2, occursOn: '2027-03-08', dueDate: '2027-03-09' });
    await finish(second.id);
    expect((await seriesOf(name))[2]).toMatchObject({ occurrence: 3, dueDate: '2027-03-15' });
  });

  it('is found by its rule, and copied with its project', async () => {
    const template = await createProject(manager, { isTemplate: true, startDate: '2027-03-01' });
    const id = await make({ name: 'Copied', recurrence: weekly, projectId: template });
    await finish(id);
    const input = { projectId: template, name: 'Copy of the template', startDate: '2027-04-05' };
    const recurring = 'where: { recurrence: { isNull: false } }, orderBy: [{ field: CREATED_AT }]';
    const { project } = await run(
      manager,
      'duplicateProject',
      input,
      `project { tasks(${recurring}) { nodes { recurrence occurrence occursOn dueDate } } }`,
    );
    expect(project.tasks.nodes).toEqual([
      { recurrence: weekly, occurrence: 1, occursOn: '2027-04-12', dueDate: '2027-04-12' },
    ]);
  });
});
