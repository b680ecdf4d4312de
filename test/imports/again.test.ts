import { asc, desc, eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { events } from '../../src/modules/events/tables.ts';
import type { ImportKind } from '../../src/modules/imports/mapping.ts';
import { profiles } from '../../src/modules/people/tables.ts';
import { tasks } from '../../src/modules/tasks/tables.ts';
import { timeEntries } from '../../src/modules/time/tables.ts';
import { type Company, world } from '../support/world.ts';
import { everything, importInto, read, scratchFolder } from './support.ts';

const folder = await scratchFolder();
const server = await world();
const nothing = { created: {}, updated: {}, deleted: {} };

const mapping = `
name: tool
file: { format: csv }
project: { reference: 'tool:project:{Project}', name: '{Project}' }
person: { reference: 'tool:person:{person}', firstName: '{Name}', email: '{Email}' }
task: { reference: 'tool:task:{Id}', name: '{Title}', status: '{State}', assignee: '{Who}', completedOn: '{Day}' }
time: { reference: 'tool:time:{Id}', person: '{Who}', day: '{Day}', hours: '{Hours}' }
`;
const header = 'Id,Title,State,Project,Who,Name,Email,Day,Hours';
const importRows = async (company: Company, lines: string[], batchSize: number, kind: ImportKind = 'tasks') => {
  const file = await folder.write('rows.csv', [header, ...lines].join('\n'));
  return importInto(company, kind, file, mapping, { batchSize });
};

/** All imported data, without ids and times. */
const content = (company: Company) =>
  read(company, async (db) => ({
    tasks: await db.query.tasks.findMany({
      columns: { externalReference: true, name: true, status: true },
      with: { project: { columns: { name: true, startDate: true } }, assignee: { columns: { firstName: true } } },
      orderBy: { externalReference: 'asc' },
    }),
    time: await db.query.timeEntries.findMany({
      columns: { externalReference: true, hours: true, workDate: true },
      with: { project: { columns: { name: true } }, profile: { columns: { firstName: true } } },
      orderBy: { externalReference: 'asc' },
    }),
    people: await db.select({ name: profiles.firstName }).from(profiles).orderBy(asc(profiles.firstName)),
  }));

describe('a reference that occurs twice', () => {
  const lines = [
    '1,Paint,TODO,North,ada,Ada,ada@example.test,2026-03-02,4',
    '2,Weld,TODO,North,ada,Ada,ada@example.test,2026-03-02,1',
    '3,Drill,DONE,South,bob,Bob,bob@example.test,2026-03-03,2',
    '1,Paint twice,DONE,South,bob,Robert,bob@example.test,2026-02-27,8',
    '2,Weld,IN_PROGRESS,North,ada,Ada,ada@example.test,2026-03-02,1.5',
  ];

  it('gets the values of its last row for any batch size, and importing again changes nothing', async () => {
    const found = [];
    for (const size of [1, 2, 1_000]) {
      const company = await server.company();
      const report = await importRows(company, lines, size);
      expect(report.changes).toMatchObject({ created: { Task: 3, TimeEntry: 3 }, updated: {}, deleted: {} });
      const before = await everything(company);
      for (const again of [1_000, 1]) expect((await importRows(company, lines, again)).changes).toEqual(nothing);
      expect(await everything(company)).toEqual(before);
      found.push(await content(company));
    }
    expect(found[1]).toEqual(found[0]);
    expect(found[2]).toEqual(found[0]);
    expect(found[0]!.tasks[0]).toMatchObject({
      name: 'Paint twice',
      status: 'DONE',
      project: { name: 'South', startDate: '2026-02-27' },
      assignee: { firstName: 'Robert' },
    });
    expect(found[0]!.time.map(({ hours }) => hours)).toEqual(['8.00', '1.50', '2.00']);
  });
});

describe('an email', () => {
  const lines = [
    '1,Paint,TODO,North,a1,Ada,info@example.test,2026-03-02,4',
    '2,Weld,TODO,North,a2,Grace,info@example.test,2026-03-02,3',
  ];
  const hours = (company: Company) =>
    read(company, (db) =>
      db
        .select({ person: profiles.externalReference, hours: timeEntries.hours })
        .from(timeEntries)
        .innerJoin(profiles, eq(profiles.id, timeEntries.profileId))
        .orderBy(asc(timeEntries.externalReference)),
    );

  it.each([1, 1_000])('that two references share is of two people (batches of %i)', async (size) => {
    const company = await server.company();
    await importRows(company, lines, size);
    const before = await everything(company);
    expect(await hours(company)).toEqual([
      { person: 'tool:person:a1', hours: '4.00' },
      { person: 'tool:person:a2', hours: '3.00' },
    ]);
    expect((await importRows(company, lines, 1)).changes).toEqual(nothing);
    expect(await everything(company)).toEqual(before);
  });

  it('of a member is matched to the member by one of its references only', async () => {
    const company = await server.company();
    const member = await company.as('MEMBER');
    const own = lines.map((line) => line.replace('info@example.test', member.user.email));
    const report = await importRows(company, own, 1);
    expect(report.changes.created).toMatchObject({ Profile: 1, TimeEntry: 2 });
    expect(await hours(company)).toMatchObject([{ person: null }, { person: 'tool:person:a2' }]);
    expect((await importRows(company, own, 1_000)).changes).toEqual(nothing);
  });
});

describe('a task that moves in its file', () => {
  const line = (id: number, state: string, project: string) => `${id},Task ${id},${state},${project},,,,2026-03-02,`;

  it('goes to the end of its new column, and leaves the deliverable of its former project', async () => {
    const company = await server.company();
    const manager = await company.as('MANAGER');
    await importRows(company, [line(1, 'TODO', 'North'), line(2, 'TODO', 'North'), line(3, 'TODO', 'South')], 1_000);
    await manager.ok(`mutation {
      createDeliverable(input: { name: "Plan", projectId: "Project:ref:tool:project:North", externalReference: "plan" }) { deliverable { id } }
    }`);
    const { deliverables } = await manager.ok('{ deliverables { nodes { id } } }');
    await manager.ok(`mutation {
      updateTask(input: { id: "Task:ref:tool:task:1", deliverableId: "${deliverables.nodes[0].id}" }) { task { id } }
    }`);
    const moved = [line(1, 'TODO', 'South'), line(2, 'DONE', 'North'), line(3, 'TODO', 'South')];
    const report = await importRows(company, moved, 1_000);
    expect(report.changes).toEqual({ ...nothing, updated: { Task: 2 } });
    const rows = await read(company, (db) =>
      db
        .select({ name: tasks.name, status: tasks.status, deliverableId: tasks.deliverableId })
        .from(tasks)
        .orderBy(asc(tasks.status), asc(tasks.rank)),
    );
    expect(rows).toEqual([
      { name: 'Task 2', status: 'DONE', deliverableId: null },
      { name: 'Task 3', status: 'TODO', deliverableId: null },
      { name: 'Task 1', status: 'TODO', deliverableId: null },
    ]);
    const before = await everything(company);
    expect((await importRows(company, moved, 1)).changes).toEqual(nothing);
    expect(await everything(company)).toEqual(before);
  });

  it('keeps its parent only in the same project', async () => {
    const company = await server.company();
    const manager = await company.as('MANAGER');
    const at = (projects: string[]) => projects.map((project, index) => line(index + 1, 'TODO', project));
    await importRows(company, at(['North', 'North', 'North', 'North', 'South']), 1_000);
    const under = (task: number, parent: number) =>
      manager.ok(`mutation {
        updateTask(input: { id: "Task:ref:tool:task:${task}", parentId: "Task:ref:tool:task:${parent}" }) { task { id } }
      }`);
    for (const [task, parent] of [
      [2, 1],
      [3, 2],
      [4, 1],
    ] as const)
      await under(task, parent);
    // The second task moves with its subtask
    const report = await importRows(company, at(['North', 'South', 'South', 'North']), 1_000);
    expect(report.changes).toEqual({ ...nothing, updated: { Task: 2 } });
    const { tasks: found } = await manager.ok(
      '{ tasks(orderBy: [{ field: NAME }]) { nodes { name parent { name } project { name } } } }',
    );
    expect(found.nodes).toEqual([
      { name: 'Task 1', parent: null, project: { name: 'North' } },
      { name: 'Task 2', parent: null, project: { name: 'South' } },
      { name: 'Task 3', parent: { name: 'Task 2' }, project: { name: 'South' } },
      { name: 'Task 4', parent: { name: 'Task 1' }, project: { name: 'North' } },
      { name: 'Task 5', parent: null, project: { name: 'South' } },
    ]);
    const [last] = await read(company, (db) =>
      db.select().from(events).where(eq(events.action, 'task.updated')).orderBy(desc(events.seq)).limit(1),
    );
    expect(last).toMatchObject({ before: { parentId: expect.any(String) }, after: { parentId: null } });
    // What stays behind is separated too
    await importRows(company, at(['South', 'South', 'South', 'North']), 1_000);
    const { task } = await manager.ok('{ task: node(id: "Task:ref:tool:task:4") { ... on Task { parent { name } } } }');
    expect(task).toEqual({ parent: null });
  });
});

describe('a change in Chantier', () => {
  const parts = `
name: tool
file: { format: csv }
project: { reference: 'tool:project:{Project}', name: '{Project}' }
person: { reference: 'tool:person:{person}', firstName: '{person}' }
milestone:
  when: '{Goal}'
  reference: tool:milestone:{Goal}
  name: '{Goal}'
  dueDate: '2026-06-30'
task: { reference: 'tool:task:{Id}', name: '{Title}' }
comment: { when: '{Said}', reference: 'tool:comment:{Id}', author: ada, content: '{Said}', at: '2026-03-02T09:00:00Z' }
checklistItem: { when: '{Step}', reference: 'tool:step:{Id}', name: '{Step}' }
`;
  const importParts = async (company: Company, lines: string[]) => {
    const file = await folder.write('parts.csv', ['Id,Title,Project,Goal,Said,Step', ...lines].join('\n'));
    return importInto(company, 'tasks', file, parts);
  };

  it('deletes comments and checklist items for good, unless their task was deleted too', async () => {
    const company = await server.company();
    const manager = await company.as('MANAGER');
    const lines = ['1,Paint,North,,Hello,Buy paint', '2,Weld,North,,Hm,Cut'];
    await importParts(company, lines);
    const { tasks: found } = await manager.ok(`{
      tasks(orderBy: [{ field: NAME }]) { nodes { id comments { nodes { id } } checklist { nodes { id } } } }
    }`);
    const [paint, weld] = found.nodes;
    await manager.ok(`mutation {
      deleteTaskComment(input: { id: "${paint.comments.nodes[0].id}" }) { deletedId }
      deleteChecklistItem(input: { id: "${paint.checklist.nodes[0].id}" }) { deletedId }
      deleteTask(input: { id: "${weld.id}" }) { deletedId }
    }`);
    expect((await importParts(company, lines)).changes).toEqual({
      ...{ created: { Task: 1, TaskComment: 1, ChecklistItem: 1 }, updated: {}, deleted: {} },
    });
    expect((await importParts(company, lines)).changes).toEqual(nothing);
  });

  it('renames a project, which is still found after it was found by name', async () => {
    const company = await server.company();
    const manager = await company.as('MANAGER');
    await manager.ok(`mutation {
      createClient(input: { name: "Initech", externalReference: "initech" }) { client { id } }
      createProject(input: { name: "North", clientId: "Client:ref:initech", startDate: "2026-01-01" }) { project { id } }
    }`);
    expect((await importParts(company, ['1,Paint,North,,,'])).changes.updated).toEqual({ Project: 1 });
    await manager.ok(`mutation {
      updateProject(input: { id: "Project:ref:tool:project:North", name: "South" }) { project { id } }
    }`);
    expect((await importParts(company, ['1,Paint,North,,,', '2,Weld,North,,,'])).changes).toEqual({
      ...nothing,
      created: { Task: 1 },
    });
  });

  it('adds a task to a milestone, which it stays in when it leaves a milestone of its file', async () => {
    const company = await server.company();
    const manager = await company.as('MANAGER');
    await importParts(company, ['1,Paint,North,v1,,']);
    await manager.ok(`mutation {
      createMilestone(input: { projectId: "Project:ref:tool:project:North", name: "Ours", externalReference: null,
        startDate: "2026-01-01", dueDate: "2026-12-31" }) { milestone { id } }
    }`);
    const { milestones } = await manager.ok('{ milestones(where: { name: { eq: "Ours" } }) { nodes { id } } }');
    await manager.ok(`mutation {
      setMilestoneTask(input: { milestoneId: "${milestones.nodes[0].id}", taskId: "Task:ref:tool:task:1" }) { lastEventId }
    }`);
    const goals = async () =>
      (await manager.ok('{ tasks { nodes { milestones { nodes { name } } } } }')).tasks.nodes[0].milestones.nodes
        .map(({ name }: { name: string }) => name)
        .sort();
    expect(await goals()).toEqual(['Ours', 'v1']);
    expect((await importParts(company, ['1,Paint,North,v2,,'])).changes).toEqual({
      ...{ created: { Milestone: 1, MilestoneTask: 1 }, updated: {}, deleted: { MilestoneTask: 1 } },
    });
    expect(await goals()).toEqual(['Ours', 'v2']);
    expect((await importParts(company, ['1,Paint,North,,,'])).changes.deleted).toEqual({ MilestoneTask: 1 });
    expect(await goals()).toEqual(['Ours']);
  });
});
