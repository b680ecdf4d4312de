import { asc, eq, like } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { events } from '../../src/modules/events/tables.ts';
import { projects } from '../../src/modules/projects/tables.ts';
import { tasks } from '../../src/modules/tasks/tables.ts';
import { timeEntries } from '../../src/modules/time/tables.ts';
import { type Company, world } from '../support/world.ts';
import { everything, importInto, read, scratchFolder, shippedMapping } from './support.ts';

const header =
  'TaskNumber,Summary,Priority,RaisedByID,AssignedToID,AuthorisedByID,StatusCode,ProjectCode,ProjectBreakdownCode,Category,SubCategory,HoursEstimate,HoursActual,DeveloperID,DeveloperHoursActual,TaskPerformance,DeveloperPerformance';

/**
 * Rows like those of the task table: task, summary, priority, assignee, status, project, estimate, developer, hours.
 */
const row = (...[task, summary, priority, assignee, status, project, estimate, developer, hours]: string[]) =>
  `${task},"${summary}",${priority},1,${assignee},NA,"${status}","${project}","PBC1","Development","Bug",${estimate},0,${developer},${hours},0,0`;

const long = `Check in ${'x'.repeat(200)}`;
const rows = [
  row('1', 'It doesn’t work', '1', '58', 'FINISHED', 'PC1', '14', '58', '19.75'),
  row('1', 'It doesn’t work, again', '1', '58', 'FINISHED', 'PC1', '14', '13', '2.5'),
  row('2', 'Meeting', '3', '13', 'CHRONICLE', 'PC1', '0.7', '13', '0.01'),
  row('3', 'Never mind', '10', '13', 'CANCELLED', 'PC2', '1', '42', '8'),
  row('4', long, '2', '42', 'ESTIMATED', 'PC2', '0.25', '42', '40'),
];
const dates = `TaskNumber,EstimateOn,StartedOn,CompletedOn
1,01-Nov-04,05-Nov-04,30-Nov-04
1,01-Nov-04,05-Nov-04,30-Nov-04
2,09-Nov-04,06-Nov-04,
3,01-Feb-05,,03-Feb-05
4,31-Dec-99,,
`;

const folder = await scratchFolder();
const mapping = await shippedMapping('sip-tasks.yaml');
await folder.write('est-act-dates.csv', dates, 'windows-1252');
const fileOf = (lines: string[], name = 'tasks.csv') =>
  folder.write(name, `${[header, ...lines].join('\n')}\n`, 'windows-1252');
const server = await world();

const task = (company: Company, number: string) =>
  read(company, async (db) => {
    const [found] = await db
      .select()
      .from(tasks)
      .where(eq(tasks.externalReference, `sip:task:${number}`));
    return found!;
  });

const hoursOf = (company: Company, reference: string) =>
  read(company, (db) =>
    db
      .select({ day: timeEntries.workDate, hours: timeEntries.hours })
      .from(timeEntries)
      .where(like(timeEntries.externalReference, `sip:time:${reference}:%`))
      .orderBy(asc(timeEntries.workDate)),
  );

describe('a table of tasks', async () => {
  const company = await server.company();
  const report = await importInto(company, 'tasks', await fileOf(rows), mapping);
  const manager = await company.as('MANAGER');

  it('becomes projects, tasks, people and hours', async () => {
    expect(report).toMatchObject({ rows: 5, skipped: [], resumedAt: 0, changes: { updated: {}, deleted: {} } });
    expect(report.changes.created).toEqual({ Profile: 3, Client: 1, Project: 2, Task: 4, TimeEntry: 11 });
    const answer = await manager.ok(`{
      projects { totalCount }
      tasks { totalCount }
      timeEntriesAggregate { sum count }
      clients { nodes { name } }
      task: node(id: "Task:ref:sip:task:1") {
        ... on Task {
          name status priority estimateDays startDate tags
          project { name startDate code client { name } }
          assignee { firstName lastName }
          timeEntries(orderBy: [{ field: WORK_DATE, direction: ASC }]) { totalCount nodes { hours status source } }
        }
      }
    }`);
    expect(answer).toMatchObject({
      projects: { totalCount: 2 },
      tasks: { totalCount: 4 },
      timeEntriesAggregate: [{ sum: '70.26', count: 11 }],
      clients: { nodes: [{ name: 'Imported' }] },
      task: {
        // Two rows have this task: the last one applies
        name: 'It doesn’t work, again',
        status: 'DONE',
        priority: 'HIGH',
        estimateDays: '1.75',
        startDate: '2004-11-05',
        tags: ['Development', 'Bug'],
        project: { name: 'PC1', startDate: '2004-11-01', client: { name: 'Imported' } },
        assignee: { firstName: 'Developer', lastName: '58' },
        timeEntries: { totalCount: 4 },
      },
    });
    for (const entry of answer.task.timeEntries.nodes) {
      expect(entry).toMatchObject({ status: 'VALIDATED', source: 'import:sip' });
    }
  });

  it('spreads totals over working days, beginning at the dates in the file', async () => {
    expect(await hoursOf(company, '1:58')).toEqual([
      { day: '2004-11-05', hours: '8.00' },
      { day: '2004-11-08', hours: '8.00' },
      { day: '2004-11-09', hours: '3.75' },
    ]);
    // A Saturday, a task without a start, and one with only an estimate
    expect(await hoursOf(company, '2:13')).toEqual([{ day: '2004-11-08', hours: '0.01' }]);
    expect(await hoursOf(company, '3:42')).toEqual([{ day: '2005-02-03', hours: '8.00' }]);
    expect((await hoursOf(company, '4:42'))[0]).toEqual({ day: '1999-12-31', hours: '8.00' });
  });

  it('keeps exact estimates, the full text of long names, and the completion day of DONE tasks', async () => {
    expect(await task(company, '2')).toMatchObject({
      estimateDays: '0.0875',
      status: 'IN_PROGRESS',
      completedAt: null,
    });
    expect(await task(company, '4')).toMatchObject({ description: long, name: `${long.slice(0, 199)}…` });
    const cancelled = await task(company, '3');
    expect(cancelled.completedAt).toEqual(new Date('2005-02-03T12:00:00Z'));
    expect(cancelled.tags).toEqual(['Development', 'Bug', 'Cancelled']);
  });

  it('is in the event log: each created object, and every row by its batch', async () => {
    const logged = await read(company, (db) => db.select().from(events));
    const count = (action: string) => logged.filter((event) => event.action === action).length;
    expect(['profile.created', 'client.created', 'project.created'].map(count)).toEqual([3, 1, 2]);
    const batch = logged.find(({ action }) => action === 'import.batchWritten')!;
    expect(batch.metadata).toMatchObject({ kind: 'tasks', source: 'sip', lines: { from: 2, to: 6 } });
    const { created } = batch.after as { created: Record<string, string[]> };
    expect(created.Task).toContain((await task(company, '1')).id);
    expect(created.TimeEntry).toHaveLength(11);
    expect(count('import.finished')).toBe(1);
  });

  it('changes nothing when imported again', async () => {
    const before = await everything(company);
    const again = await importInto(company, 'tasks', await fileOf(rows), mapping);
    expect(again.changes).toEqual({ created: {}, updated: {}, deleted: {} });
    expect(await everything(company)).toEqual(before);
  });

  it('changes only rows that differ from the file', async () => {
    const kept = await task(company, '2');
    const changed = [
      row('1', 'It works', '1', '58', 'FINISHED', 'PC1', '14', '58', '8.25'),
      row('1', 'It works', '1', '58', 'FINISHED', 'PC1', '14', '13', '2.5'),
      ...rows.slice(2, 4),
      rows[4]!.replace('"ESTIMATED"', '"FINISHED"'),
    ];
    const report = await importInto(company, 'tasks', await fileOf(changed, 'changed.csv'), mapping);
    expect(report.changes).toEqual({ created: {}, updated: { Task: 2, TimeEntry: 1 }, deleted: { TimeEntry: 1 } });
    expect(await task(company, '1')).toMatchObject({ name: 'It works', version: 2 });
    expect(await task(company, '2')).toEqual(kept);
    expect((await hoursOf(company, '1:58')).map(({ hours }) => hours)).toEqual(['8.00', '0.25']);
    const logged = await read(company, (db) => db.select().from(events).where(eq(events.action, 'task.updated')));
    expect(logged.map(({ before, after }) => [before, after])).toContainEqual([
      { name: 'It doesn’t work, again' },
      { name: 'It works' },
    ]);
  });
});

describe('existing data', () => {
  it('keeps later changes of people and projects; only moves a start back', async () => {
    const company = await server.company();
    const manager = await company.as('MANAGER');
    await importInto(company, 'tasks', await fileOf(rows.slice(0, 2)), mapping);
    await manager.ok(`mutation {
      updateProject(input: { id: "Project:ref:sip:project:PC1", name: "Bridge", startDate: "2005-01-01" }) { project { id } }
      updateProfile(input: { id: "Profile:ref:sip:developer:58", firstName: "Ada", lastName: "L" }) { profile { id } }
    }`);
    const report = await importInto(company, 'tasks', await fileOf(rows.slice(0, 3), 'more.csv'), mapping);
    expect(report.changes).toMatchObject({ created: { Task: 1, TimeEntry: 1 }, updated: { Project: 1 } });
    const [project] = await read(company, (db) => db.select().from(projects));
    expect(project).toMatchObject({ name: 'Bridge', startDate: '2004-11-01' });
    const { node } = await manager.ok(`{ node(id: "Profile:ref:sip:developer:58") { ... on Profile { firstName } } }`);
    expect(node.firstName).toBe('Ada');
  });

  it('keeps existing cards of the board before imported ones', async () => {
    const company = await server.company();
    const manager = await company.as('MANAGER');
    await importInto(company, 'tasks', await fileOf([rows[4]!], 'first.csv'), mapping);
    await manager.ok(`mutation {
      createTask(input: { name: "Ours", projectId: "Project:ref:sip:project:PC2", status: DONE }) { task { id } }
    }`);
    const more = ['5', '6'].map((number) => row(number, `T${number}`, '1', '1', 'FINISHED', 'PC2', '1', '1', '1'));
    await folder.write('est-act-dates.csv', `${dates}5,01-Nov-04,,\n6,01-Nov-04,,\n`);
    await importInto(company, 'tasks', await fileOf(more, 'second.csv'), mapping);
    const { tasks: column } = await manager.ok(`{
      tasks(where: { status: { eq: DONE } }, orderBy: [{ field: POSITION, direction: ASC }]) { nodes { name } }
    }`);
    expect(column.nodes.map(({ name }: { name: string }) => name)).toEqual(['Ours', 'T5', 'T6']);
  });
});
