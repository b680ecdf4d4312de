import { describe, expect, it } from 'vitest';
import { Lookups } from './lookups.ts';
import { type ImportKind, parseMapping } from './mapping.ts';
import { RowMapper } from './row-mapper.ts';

const project = `project: { reference: 'p:{Project}', name: '{Project}' }`;
const head = (more: string) => `name: tool\nfile: { format: csv }\nabsent: ['', NA]\n${more}`;

const mapperOf = (yaml: string, kind: ImportKind) => {
  const mapping = parseMapping(head(yaml), kind);
  return new RowMapper(mapping, Lookups.empty(mapping));
};
const row = (cells: Record<string, string>) => ({ line: 7, cells: new Map(Object.entries(cells)) });

describe('tasks of rows', () => {
  const mapper = mapperOf(
    `${project}
person: { reference: 'u:{person}', firstName: '{person}' }
days: DD/MM/YYYY
task:
  reference: t:{Id}
  name: '{Code} {Title}'
  description: ['{Long}', '{Short}']
  assignee: '{Who}'
  estimateDays: { of: '{Hours}', divideBy: 8 }
  startDate: { earliest: ['{From}', '{Planned}'] }
  completedOn: { of: '{Done}', days: YYYYMMDD, otherwise: '2020-01-31' }
  status: { of: '{State}', map: { open: TODO, closed: DONE, none: null } }
  priority: { of: '{Weight}', map: { 1: HIGH }, otherwise: LOW }
  tags: ['{Area}', '{Kind}', '{Area}']`,
    'tasks',
  );
  const full = {
    Id: ' 12 ',
    Project: 'X',
    Code: 'A',
    Title: 'Paint',
    Short: 'short',
    Who: 'Ada',
    Hours: '0.7',
    From: '03/02/2020',
    Planned: '02/02/2020',
    Done: '20200203',
    State: 'closed',
    Weight: '1',
    Area: 'house',
    Kind: 'NA',
  };

  it('are built field by field', () => {
    expect(mapper.map(row(full))).toEqual({
      line: 7,
      project: { reference: 'p:X', name: 'X', client: { reference: 'tool:client:imported', name: 'Imported' } },
      people: [{ reference: 'u:Ada', firstName: 'Ada' }],
      task: {
        reference: 't:12',
        name: 'A Paint',
        description: 'short',
        status: 'DONE',
        priority: 'HIGH',
        estimateDays: '0.0875',
        startDate: '2020-02-02',
        completedAt: new Date('2020-02-03T12:00:00Z'),
        tags: ['house'],
        projectReference: 'p:X',
        assigneeReference: 'u:Ada',
      },
    });
  });

  it('clear mapped fields without a value, or use the defaults of required fields', () => {
    const { task } = mapper.map(row({ Id: '1', Project: 'X', Code: 'A', Title: 'B', State: 'none', Weight: '9' }))!;
    expect(task).toMatchObject({ description: null, status: 'TODO', priority: 'LOW', estimateDays: null, tags: [] });
    expect(task).toMatchObject({ assigneeReference: null, completedAt: null });
    expect(mapper.map(row({ ...full, Done: '' }))!.task).toMatchObject({
      completedAt: new Date('2020-01-31T12:00:00Z'),
    });
  });

  it('keep the full text of a long name in the description', () => {
    const { task } = mapper.map(row({ ...full, Title: 'x'.repeat(220) }))!;
    expect(task?.name).toHaveLength(200);
    expect(task?.description).toBe(`A ${'x'.repeat(220)}\n\nshort`);
  });

  it.each([
    [{ Id: '' }, 'task.reference: no value in Id'],
    [{ Title: 'NA' }, 'task.name: no value'],
    [{ State: 'weird' }, 'task.status: "weird" is not in the map'],
    [{ Hours: 'many' }, 'task.estimateDays: "many" is not a number'],
    [{ From: '2020-02-03' }, 'task.startDate: "2020-02-03" is not a day like DD/MM/YYYY'],
    [{ Title: 'a\uFFFDb' }, "column Title has a character that is invalid in the file's encoding"],
  ])('are rejected for %o', (change, reason) => {
    expect(() => mapper.map(row({ ...full, ...change }))).toThrow(reason);
  });

  it('list the required columns', () => {
    expect([...mapper.columns].sort()).toEqual([...Object.keys(full), 'Long'].sort());
  });
});

describe('time of rows', () => {
  const time = (more: string) =>
    mapperOf(
      `${project}
person: { reference: 'u:{person}', firstName: '{person}' }
time: { reference: 'h:{Id}', person: '{Who}', day: '{Day}', hours: '{Hours}', ${more} }`,
      'time',
    );
  const full = { Id: '1', Project: 'X', Who: 'Ada', Day: '2020-02-03', Hours: '7.5', Paid: 'no' };

  it('may belong to an existing task', () => {
    expect(time(`billable: '{Paid}', task: 't:{Id}'`).map(row(full))!.time).toEqual({
      reference: 'h:1',
      day: '2020-02-03',
      hours: '7.5',
      billable: false,
      projectReference: 'p:X',
      personReference: 'u:Ada',
      taskReference: 't:1',
      hoursPerDay: null,
    });
  });

  it('belongs to one day unless it is spread', () => {
    const long = row({ ...full, Hours: '2100.25' });
    expect(() => time('').map(long)).toThrow('time.hours: between 0 and 24');
    expect(time('spread: 8').map(long)!.time).toMatchObject({ hours: '2100.25', hoursPerDay: '8' });
    expect(() => time('').map(row({ ...full, Who: '' }))).toThrow('time.person: no value');
    expect(() => time('').map(row({ ...full, Hours: '1.234' }))).toThrow('at most 2 digits');
  });
});

it('splits tags, and rounds hours between two times', () => {
  const tags = mapperOf(
    `${project}\ntask: { reference: '{Id}', name: '{Id}', tags: [{ of: '{Tags}', split: ';' }] }`,
    'tasks',
  );
  expect(tags.map(row({ Project: 'X', Id: '1', Tags: ' a;b c; ;a' }))!.task?.tags).toEqual(['a', 'b c']);
  const time = mapperOf(
    `${project}
person: { reference: 'u', firstName: A }
time:
  reference: '{Id}'
  person: a
  day: '2026-03-02'
  hours: { from: '{From}', to: '{To}', roundTo: 15 }`,
    'time',
  );
  const hours = (To: string) => time.map(row({ Project: 'X', Id: '1', From: '2026-03-02T09:00:00Z', To }))!.time?.hours;
  expect([hours('2026-03-02T10:07:00Z'), hours('2026-03-02T10:08:00Z')]).toEqual(['1', '1.25']);
});
