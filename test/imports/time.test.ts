import { asc } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { timeEntries } from '../../src/modules/time/tables.ts';
import { world } from '../support/world.ts';
import { importInto, read, scratchFolder } from './support.ts';

const mapping = `
name: clock
file: { format: json-lines }
project: { reference: 'clock:{project.id}', name: '{project.name}' }
person: { reference: 'clock:{who.id}', firstName: '{who.name}', email: '{who.email}' }
time:
  reference: clock:entry:{id}
  person: '{who.id}'
  day: '{day}'
  hours: '{hours}'
  task: clock:task:{task}
  description: '{note}'
  billable: '{billable}'
`;

const folder = await scratchFolder();
const server = await world();

it('imports hours of members and of people without accounts into existing tasks', async () => {
  const company = await server.company();
  const manager = await company.as('MANAGER');
  const colleague = await company.as('MEMBER');
  await manager.ok(`mutation {
    createClient(input: { name: "Nord", externalReference: "nord" }) { client { id } }
    createProject(input: { name: "Bridge", clientId: "Client:ref:nord", startDate: "2024-01-01", externalReference: "clock:7" }) { project { id } }
    createTask(input: { name: "Weld", projectId: "Project:ref:clock:7", externalReference: "clock:task:3" }) { task { id } }
  }`);
  const entry = (id: number, change: object = {}) =>
    JSON.stringify({
      id,
      project: { id: 7, name: 'Bridge' },
      who: { id: 1, name: 'Con', email: colleague.user.email.toUpperCase() },
      day: '2024-02-01',
      hours: 20.25,
      task: 3,
      note: null,
      billable: false,
      ...change,
    });
  const stranger = { who: { id: 2, name: 'Ada', email: null } };
  const double = entry(1, { note: 'Once more' });
  const lines = [entry(1), entry(2), entry(3, stranger), entry(4, { task: 99 }), entry(5, { who: {} }), double];
  const file = await folder.write('time.jsonl', lines.join('\n'));
  const report = await importInto(company, 'time', file, mapping, { onError: 'skip' });

  // One day has 40.5 hours: imported hours may exceed 24
  expect(report.changes.created).toEqual({ Profile: 1, TimeEntry: 3 });
  expect(report.skipped).toEqual([
    { line: 4, reason: 'time.task: the project has no task "clock:task:99"' },
    { line: 5, reason: 'time.person: no value' },
  ]);
  const rows = await read(company, (db) => db.select().from(timeEntries).orderBy(asc(timeEntries.externalReference)));
  expect(rows.map(({ profileId }) => profileId === colleague.profileId)).toEqual([true, true, false]);
  expect(rows[0]).toMatchObject({
    description: 'Once more',
    hours: '20.25',
    billable: false,
    status: 'PENDING',
    source: 'import:clock',
  });
  expect(rows.every(({ taskId }) => taskId !== null)).toBe(true);
});
