import { describe, expect, it } from 'vitest';
import { world } from '../support/world.ts';
import { importTwice, scratchFolder } from './support.ts';

const folder = await scratchFolder();
const company = await (await world()).company();
const manager = await company.as('MANAGER');

const hoursOf = async (source: string) => {
  const { timeEntries } = await manager.ok(`{
    timeEntries(where: { source: { eq: "import:${source}" } }, orderBy: [{ field: WORK_DATE, direction: ASC }]) {
      nodes { hours workDate billable description project { name client { name } } task { name } profile { firstName lastName } }
    }
  }`);
  return timeEntries.nodes;
};

describe('hours', () => {
  it('from Toggl: hours, minutes and seconds, a night with a clock change, no client, the same start twice', async () => {
    const file = await folder.write(
      'toggl.csv',
      `User,Email,Client,Project,Task,Description,Billable,Start date,Start time,End date,End time,Duration,Tags
Ada Martin,ada@example.test,East SA,Atlas,Tests,"First, then ""second""",Yes,2026-03-02,09:00:00,2026-03-02,10:30:20,01:30:20,"a, b"
Ada Martin,ada@example.test,,Inside,,Reading,No,2026-03-28,23:30:00,2026-03-29,04:15:00,03:45:00,
Ada Martin,ada@example.test,,Inside,,Reading,No,2026-03-28,23:30:00,2026-03-28,23:31:00,00:01:00,
Ada Martin,ada@example.test,,,,Nowhere,No,2026-03-30,08:00:00,2026-03-30,09:00:00,01:00:00,
`,
    );
    expect(await importTwice(company, 'time', 'toggl', file)).toEqual({
      Profile: 1,
      Client: 2,
      Project: 3,
      Task: 1,
      TimeEntry: 4,
    });
    const [first, second, third, last] = await hoursOf('toggl');
    expect(first).toEqual({
      hours: '1.51',
      workDate: '2026-03-02',
      billable: true,
      description: 'First, then "second"',
      project: { name: 'Atlas', client: { name: 'East SA' } },
      task: { name: 'Tests' },
      profile: { firstName: 'Ada', lastName: 'Martin' },
    });
    expect([second.hours, third.hours].sort()).toEqual(['0.02', '3.75']);
    expect(second).toMatchObject({ billable: false, task: null, project: { client: { name: 'Imported' } } });
    expect(last.project.name).toBe('Without a project');
  });

  it('from Clockify: exact times instead of rounded hours, day before month', async () => {
    const file = await folder.write(
      'clockify.csv',
      [
        '"Project","Client","Description","Task","User","Group","Email","Tags","Billable","Start Date","Start Time","End Date","End Time","Duration (h)","Duration (decimal)","Billable Rate (EUR)"',
        '"Boreal","East SA","Tests","","Ada Martin","","ada@example.test","a, b","Yes","02/03/2026","09:00:00 AM","02/03/2026","10:20:00 AM","01:20:00","1.33","650,00"',
        '',
      ].join('\r\n'),
    );
    expect(await importTwice(company, 'time', 'clockify', file)).toEqual({ Client: 1, Project: 1, TimeEntry: 1 });
    expect(await hoursOf('clockify')).toMatchObject([{ hours: '1.33', workDate: '2026-03-02', task: null }]);
  });

  it('from Harvest in French: a decimal comma, a line break in a cell, a blank row, two equal rows', async () => {
    const file = await folder.write(
      'harvest-fr.csv',
      `Date;Client;Projet;Tâche;Prénom;Nom;Heures;Facturable ?;Notes
2026-03-02;East SA;Cedar;Recette;Ada;Martin;1,33;Oui;"ligne 1
ligne 2"
;;;;;;;;
2026-03-03;;Interne;;Ada;Martin;0,5;Non;sans client
2026-03-03;;Interne;;Ada;Martin;0,5;Non;sans client
`,
    );
    expect(await importTwice(company, 'time', 'harvest-fr', file)).toEqual({
      ...{ Profile: 1, Client: 2, Project: 2, Task: 1, TimeEntry: 3 },
    });
    const [first, ...equal] = await hoursOf('harvest');
    expect(first).toMatchObject({ hours: '1.33', description: 'ligne 1\nligne 2', task: { name: 'Recette' } });
    expect(equal.map(({ hours }: { hours: string }) => hours)).toEqual(['0.5', '0.5']);
  });

  it('from Harvest in English', async () => {
    const file = await folder.write(
      'harvest.csv',
      'Date,Client,Project,Project Code,Task,Notes,Hours,Billable?,First Name,Last Name\n2026-04-01,East SA,Delta,,Tests,,7.125,Yes,Bob,Petit\n',
    );
    expect(await importTwice(company, 'time', 'harvest', file)).toMatchObject({ Profile: 1, Project: 1, TimeEntry: 1 });
    expect((await hoursOf('harvest')).at(-1)).toMatchObject({ hours: '7.13', workDate: '2026-04-01' });
  });

  it('from Kimai: seconds, or hours and minutes', async () => {
    const file = await folder.write(
      'kimai.csv',
      `Date,From,To,Duration,Username,Customer,Project,Activity,Description,Billable
2026-03-02,09:00,10:30,5400,ada,East SA,Elm,Tests,,1
2026-03-02,11:00,11:20,0:20,ada,East SA,Elm,Tests,Short,0
`,
    );
    expect(await importTwice(company, 'time', 'kimai', file)).toMatchObject({ Project: 1, Task: 1, TimeEntry: 2 });
    const hours = (await hoursOf('kimai')).map((each: { hours: string }) => each.hours);
    expect(hours.sort()).toEqual(['0.33', '1.5']);
  });

  it('from solidtime: the time between start and end', async () => {
    const file = await folder.write(
      'solidtime.csv',
      `description,task,project,client,user,start,end,duration,billable,tags
Reading,,Fjord,,Ada Martin,2026-03-02T23:30:00Z,2026-03-03T00:45:00Z,1:15:00,true,
`,
    );
    expect(await importTwice(company, 'time', 'solidtime', file)).toMatchObject({ Project: 1, TimeEntry: 1 });
    expect(await hoursOf('solidtime')).toMatchObject([{ hours: '1.25', workDate: '2026-03-02', billable: true }]);
  });
});
