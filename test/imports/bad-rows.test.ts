import { describe, expect, it } from 'vitest';
import { tasks } from '../../src/modules/tasks/tables.ts';
import { type Company, world } from '../support/world.ts';
import { importInto, read, scratchFolder } from './support.ts';

const mapping = `
name: tool
file: { format: csv }
project: { reference: 'tool:{Project}', name: '{Project}', startDate: '{Start}' }
task: { reference: 'tool:task:{Id}', name: '{Title}', estimateDays: '{Days}' }
`;
const fileOf = (rows: string[]) => ['Id,Title,Project,Start,Days', ...rows].join('\n');
const good = (id: number) => `${id},Task ${id},Bridge,2024-01-01,1`;

const folder = await scratchFolder();
const server = await world();
const names = (company: Company) =>
  read(company, async (db) =>
    (await db.select({ name: tasks.name }).from(tasks).orderBy(tasks.rank)).map(({ name }) => name),
  );

describe('an invalid row', async () => {
  const rows = [
    good(1),
    good(2),
    good(3),
    '4,Task 4,Bridge,2024-01-01,many',
    '5,,Bridge,2024-01-01,1',
    '6,"x',
    'y",Bridge',
    good(7),
  ];
  const file = await folder.write('tasks.csv', fileOf(rows));

  it('stops the import and reports its line; keeps earlier batches, rolls back its own', async () => {
    const company = await server.company();
    const stopped = importInto(company, 'tasks', file, mapping, { batchSize: 2 });
    await expect(stopped).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: 'line 5: task.estimateDays: "many" is not a number',
    });
    expect(await names(company)).toEqual(['Task 1', 'Task 2']);
    const mended = await folder.write('tasks.csv', fileOf([good(1), good(2), good(3), good(4)]));
    const report = await importInto(company, 'tasks', mended, mapping, { batchSize: 2 });
    expect(report.changes.created).toEqual({ Task: 2 });
  });

  it('is skipped and listed with `skip`', async () => {
    const company = await server.company();
    const all = await folder.write('all.csv', fileOf(rows));
    const report = await importInto(company, 'tasks', all, mapping, { batchSize: 2, onError: 'skip' });
    expect(await names(company)).toEqual(['Task 1', 'Task 2', 'Task 3', 'Task 7']);
    expect(report.rows).toBe(7);
    expect(report.skipped).toEqual([
      { line: 5, reason: 'task.estimateDays: "many" is not a number' },
      { line: 6, reason: 'task.name: no value' },
      { line: 7, reason: '3 fields instead of 5' },
    ]);
  });
});

describe('a row that the database rejects', async () => {
  // The row starts after the due date of the existing task: only the database can detect it
  const rows = [...[1, 2, 3, 4, 5].map(good), '6,Task 6,Bridge ,2024-01-01,1', '7,Task 7,Bridge,2024-01-01,1', good(8)];
  const started = mapping.replace("name: '{Title}',", "name: '{Title}', startDate: '{Start}',");
  const file = await folder.write('refused.csv', fileOf(rows));
  const withDue = async () => {
    const company = await server.company();
    const manager = await company.as('MANAGER');
    await manager.ok(`mutation {
      createClient(input: { name: "Nord", externalReference: "nord" }) { client { id } }
      createProject(input: { name: "Bridge", clientId: "Client:ref:nord", startDate: "2023-01-01" }) { project { id } }
    }`);
    await manager.ok(`mutation {
      createTask(input: { name: "Due", projectId: "${await idOf(manager)}", dueDate: "2023-06-01", externalReference: "tool:task:7" }) { task { id } }
    }`);
    return company;
  };
  const idOf = async (manager: Awaited<ReturnType<Company['as']>>): Promise<string> =>
    (await manager.ok('{ projects { nodes { id } } }')).projects.nodes[0].id;

  it('is the only row of its batch that is skipped', async () => {
    const company = await withDue();
    const report = await importInto(company, 'tasks', file, started, { onError: 'skip' });
    expect(report.skipped).toEqual([{ line: 8, reason: expect.stringContaining('tasks_dates') }]);
    // The existing project with this name is used, although the import did not create it
    expect(report.changes.created).toEqual({ Task: 7 });
    expect(await names(company)).toHaveLength(8);
  });

  it('stops the import, and its batch is rolled back', async () => {
    const company = await withDue();
    const stopped = importInto(company, 'tasks', file, started);
    await expect(stopped).rejects.toMatchObject({ message: expect.stringMatching(/^line 8: .*tasks_dates/) });
    expect(await names(company)).toEqual(['Due']);
  });
});

describe('an impossible import', async () => {
  const company = await server.company();
  const refused = async (text: string, yaml = mapping) =>
    expect(importInto(company, 'tasks', await folder.write('bad.csv', text), yaml)).rejects;

  it('is rejected before anything is written', async () => {
    await (await refused('Id,Title\n1,2')).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('does not have: Project, Start, Days. It has: Id, Title'),
    });
    await (await refused('')).toThrow('no line that names the columns');
    await (await refused('Id,Title,Project,Start')).toThrow('does not have: Days');
    await (await refused('Id,Title,Project,Start,Days\n\n,,,,\n')).toThrow('The file has no rows');
    await (await refused('{"Id":1}', mapping)).toMatchObject({ code: 'BAD_INPUT' });
    await (await refused('Id,Title', mapping.replace('csv', 'json'))).toThrow('not a JSON document');
    await (await refused('[]', mapping.replace('csv', 'json'))).toThrow('The file has no rows');
    await (await refused('<a></a>', mapping.replace('format: csv', 'format: xml, record: row'))).toThrow('no rows');
    const only = mapping.replace('project:', "only: { of: '{Title}', is: x }\nproject:");
    await (await refused(fileOf([good(1)]), only)).toThrow('exclude all 1 rows');
    await (await refused('Id\n1', `${mapping}\njoin: [{ file: none.csv, on: Id }]`)).toMatchObject({
      code: 'BAD_INPUT',
    });
  });
});
