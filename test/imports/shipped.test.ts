import { describe, expect, it } from 'vitest';
import type { ImportKind } from '../../src/modules/imports/mapping.ts';
import { shippedMappings } from '../../src/modules/imports/shipped-mappings.ts';
import { world } from '../support/world.ts';
import { everything, importInto, scratchFolder, shippedMapping } from './support.ts';

const folder = await scratchFolder();
const server = await world();
const company = await server.company();
const manager = await company.as('MANAGER');
const nothing = { created: {}, updated: {}, deleted: {} };

/** Imports a file twice; gives what the first import made. */
async function twice(kind: ImportKind, name: string, file: string): Promise<Record<string, number>> {
  const mapping = await shippedMapping(`${name}.yaml`);
  const report = await importInto(company, kind, file, mapping);
  expect(report.skipped).toEqual([]);
  expect(report.changes).toMatchObject({ updated: {}, deleted: {} });
  const before = await everything(company);
  const again = await importInto(company, kind, file, mapping, { batchSize: 1 });
  expect(again.changes).toEqual(nothing);
  expect(await everything(company)).toEqual(before);
  return report.changes.created;
}

const hoursOf = async (source: string) => {
  const { timeEntries } = await manager.ok(`{
    timeEntries(where: { source: { eq: "import:${source}" } }, orderBy: [{ field: WORK_DATE, direction: ASC }]) {
      nodes { hours workDate billable description project { name client { name } } task { name } profile { firstName lastName } }
    }
  }`);
  return timeEntries.nodes;
};

const taskOf = async (reference: string) => {
  const { node } = await manager.ok(`{
    node(id: "Task:ref:${reference}") {
      ... on Task {
        name status priority estimateDays startDate dueDate tags description
        assignee { firstName lastName }
        comments { nodes { content createdAt author { firstName } } }
        checklist { nodes { name isDone } }
        dependencies: dependsOn { nodes { name } }
      }
    }
  }`);
  return node;
};

it('are each tested here or in a file of their own', async () => {
  const tested = [
    'clockify',
    'github-issues',
    'harvest',
    'harvest-fr',
    'jira',
    'kimai',
    'mattermost',
    'redmine',
    'redmine-fr',
  ];
  expect(await shippedMappings()).toEqual(
    [...tested, 'sip-tasks', 'slack', 'slack-chat', 'solidtime', 'toggl', 'trello'].sort(),
  );
});

describe('hours', () => {
  it('of Toggl: hours, minutes and seconds, a night over the change of clocks, no client, one start twice', async () => {
    const file = await folder.write(
      'toggl.csv',
      `User,Email,Client,Project,Task,Description,Billable,Start date,Start time,End date,End time,Duration,Tags
Ada Martin,ada@example.test,East SA,Atlas,Tests,"First, then ""second""",Yes,2026-03-02,09:00:00,2026-03-02,10:30:20,01:30:20,"a, b"
Ada Martin,ada@example.test,,Inside,,Reading,No,2026-03-28,23:30:00,2026-03-29,04:15:00,03:45:00,
Ada Martin,ada@example.test,,Inside,,Reading,No,2026-03-28,23:30:00,2026-03-28,23:31:00,00:01:00,
Ada Martin,ada@example.test,,,,Nowhere,No,2026-03-30,08:00:00,2026-03-30,09:00:00,01:00:00,
`,
    );
    expect(await twice('time', 'toggl', file)).toEqual({ Profile: 1, Client: 2, Project: 3, Task: 1, TimeEntry: 4 });
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

  it('of Clockify: exact times instead of rounded hours, day before month', async () => {
    const file = await folder.write(
      'clockify.csv',
      [
        '"Project","Client","Description","Task","User","Group","Email","Tags","Billable","Start Date","Start Time","End Date","End Time","Duration (h)","Duration (decimal)","Billable Rate (EUR)"',
        '"Boreal","East SA","Tests","","Ada Martin","","ada@example.test","a, b","Yes","02/03/2026","09:00:00 AM","02/03/2026","10:20:00 AM","01:20:00","1.33","650,00"',
        '',
      ].join('\r\n'),
    );
    expect(await twice('time', 'clockify', file)).toEqual({ Client: 1, Project: 1, TimeEntry: 1 });
    expect(await hoursOf('clockify')).toMatchObject([{ hours: '1.33', workDate: '2026-03-02', task: null }]);
  });

  it('of Harvest in French: a decimal comma, a line break in a cell, a blank row, two equal rows', async () => {
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
    expect(await twice('time', 'harvest-fr', file)).toEqual({
      ...{ Profile: 1, Client: 2, Project: 2, Task: 1, TimeEntry: 3 },
    });
    const [first, ...equal] = await hoursOf('harvest');
    expect(first).toMatchObject({ hours: '1.33', description: 'ligne 1\nligne 2', task: { name: 'Recette' } });
    expect(equal.map(({ hours }: { hours: string }) => hours)).toEqual(['0.5', '0.5']);
  });

  it('of Harvest in English', async () => {
    const file = await folder.write(
      'harvest.csv',
      'Date,Client,Project,Project Code,Task,Notes,Hours,Billable?,First Name,Last Name\n2026-04-01,East SA,Delta,,Tests,,7.125,Yes,Bob,Petit\n',
    );
    expect(await twice('time', 'harvest', file)).toMatchObject({ Profile: 1, Project: 1, TimeEntry: 1 });
    expect((await hoursOf('harvest')).at(-1)).toMatchObject({ hours: '7.13', workDate: '2026-04-01' });
  });

  it('of Kimai: seconds, or hours and minutes', async () => {
    const file = await folder.write(
      'kimai.csv',
      `Date,From,To,Duration,Username,Customer,Project,Activity,Description,Billable
2026-03-02,09:00,10:30,5400,ada,East SA,Elm,Tests,,1
2026-03-02,11:00,11:20,0:20,ada,East SA,Elm,Tests,Short,0
`,
    );
    expect(await twice('time', 'kimai', file)).toMatchObject({ Project: 1, Task: 1, TimeEntry: 2 });
    const hours = (await hoursOf('kimai')).map((each: { hours: string }) => each.hours);
    expect(hours.sort()).toEqual(['0.33', '1.5']);
  });

  it('of solidtime: from one time to another', async () => {
    const file = await folder.write(
      'solidtime.csv',
      `description,task,project,client,user,start,end,duration,billable,tags
Reading,,Fjord,,Ada Martin,2026-03-02T23:30:00Z,2026-03-03T00:45:00Z,1:15:00,true,
`,
    );
    expect(await twice('time', 'solidtime', file)).toMatchObject({ Project: 1, TimeEntry: 1 });
    expect(await hoursOf('solidtime')).toMatchObject([{ hours: '1.25', workDate: '2026-03-02', billable: true }]);
  });
});

describe('tasks', () => {
  it('of Jira: repeated columns, comments in a cell, links, sub-tasks, times of am and pm', async () => {
    const file = await folder.write(
      'jira.csv',
      `Issue key,Issue Type,Summary,Status,Assignee,Reporter,Created,Due date,Labels,Labels,Labels,Comment,Comment,Original Estimate,Time Spent,Parent,Outward issue link (Blocks)
GLA-1,Story,"The screen",Done,ada,bob,02/Mar/26 9:05 AM,13/Mar/26 12:00 AM,ui,summer,,"02/Mar/26 9:10 PM;ada;first ; opinion",,28800,14400,,GLA-3
GLA-2,Sub-task,Tests,To Do,,bob,03/Mar/26 9:05 AM,,,,,,,,,GLA-1,
GLA-3,Task,Release,In Progress,bob,bob,03/Mar/26 9:05 AM,,,,,,,,,,GLA-9
GLA-4,Sub-task,Poster,To Do,,bob,03/Mar/26 9:05 AM,,,,,,,,,GLA-5,
GLA-5,Task,Fair,To Do,,bob,03/Mar/26 9:05 AM,,,,,,,,,,GLA-4
`,
    );
    expect(await twice('tasks', 'jira', file)).toMatchObject({ Profile: 2, Project: 1, Task: 5, TaskComment: 1 });
    expect(await taskOf('jira:task:GLA-1')).toMatchObject({
      name: 'The screen',
      status: 'DONE',
      estimateDays: '1',
      dueDate: '2026-03-13',
      tags: ['ui', 'summer', 'Story'],
      assignee: { firstName: 'ada' },
      comments: {
        nodes: [{ content: 'first ; opinion', createdAt: '2026-03-02T21:10:00.000Z', author: { firstName: 'ada' } }],
      },
      dependencies: { nodes: [{ name: 'Tests' }] },
    });
    expect((await taskOf('jira:task:GLA-3')).dependencies.nodes).toEqual([{ name: 'The screen' }]);
    // The link is stronger than the parent, which would wait for what waits for it
    expect((await taskOf('jira:task:GLA-4')).dependencies.nodes).toEqual([{ name: 'Fair' }]);
    expect((await taskOf('jira:task:GLA-5')).dependencies.nodes).toEqual([]);
  });

  it('of Redmine, in French and windows-1252: parents wait for their sub-tasks', async () => {
    const file = await folder.write(
      'redmine-fr.csv',
      `#;Projet;Tracker;Statut;Priorité;Sujet;Assigné à;Début;Échéance;% réalisé;Temps estimé;Tâche parente
12;Horn;Anomalie;En cours;Haut;Menu vide;Ada Martin;02/03/2026;;40;4,00;
13;Horn;Évolution;Fermé;Normal;Menu à v2;;;15/03/2026;100;;12
`,
      'windows-1252',
    );
    expect(await twice('tasks', 'redmine-fr', file)).toMatchObject({ Project: 1, Task: 2 });
    expect(await taskOf('redmine:task:12')).toMatchObject({
      ...{ status: 'IN_PROGRESS', priority: 'HIGH', estimateDays: '0.5', startDate: '2026-03-02' },
      assignee: { firstName: 'Ada', lastName: 'Martin' },
      dependencies: { nodes: [{ name: 'Menu à v2' }] },
    });
  });

  it('of Redmine in English', async () => {
    const file = await folder.write(
      'redmine.csv',
      '#,Project,Tracker,Parent task,Status,Priority,Subject,Assignee,Start date,Due date,Estimated time\n7,Iris,Bug,,Closed,Urgent,Broken,,03/02/2026,03/13/2026,12.0\n',
    );
    expect(await twice('tasks', 'redmine', file)).toEqual({ Project: 1, Task: 1 });
    expect(await taskOf('redmine:task:7')).toMatchObject({ status: 'DONE', priority: 'URGENT', estimateDays: '1.5' });
  });

  it('of Trello: one document, comments before their cards, checklists, closed cards', async () => {
    const board = {
      id: 'b1',
      name: 'Jade',
      actions: [
        {
          id: 'a1',
          type: 'commentCard',
          date: '2026-03-02T09:10:00.000Z',
          memberCreator: { id: 'm1' },
          data: { card: { id: 'c1' }, text: 'First' },
        },
        {
          id: 'a2',
          type: 'updateCard',
          date: '2026-03-02T09:10:00.000Z',
          memberCreator: { id: 'm1' },
          data: { card: { id: 'c1' } },
        },
      ],
      cards: [
        {
          id: 'c1',
          name: 'Screen',
          desc: '',
          idList: 'l2',
          idMembers: ['m1'],
          idLabels: ['x'],
          due: '2026-03-13T11:00:00.000Z',
          closed: false,
        },
        { id: 'c2', name: 'Tests', desc: '**a**', idList: 'l1', idMembers: [], idLabels: [], due: null, closed: true },
      ],
      lists: [
        { id: 'l1', name: 'À faire' },
        { id: 'l2', name: 'Fait' },
      ],
      members: [{ id: 'm1', fullName: 'Ada Martin', username: 'ada' }],
      labels: [{ id: 'x', name: 'ui', color: 'sky' }],
      checklists: [
        {
          ...{ id: 'k1', idCard: 'c1', name: 'Acceptance' },
          checkItems: [
            { id: 'i1', name: 'phone', state: 'complete' },
            { id: 'i2', name: 'desk', state: 'incomplete' },
          ],
        },
      ],
    };
    const file = await folder.write('trello.json', JSON.stringify(board));
    expect(await twice('tasks', 'trello', file)).toMatchObject({
      Project: 1,
      Task: 2,
      TaskComment: 1,
      ChecklistItem: 2,
    });
    expect(await taskOf('trello:card:c1')).toMatchObject({
      ...{ status: 'DONE', dueDate: '2026-03-13', tags: ['ui'] },
      assignee: { firstName: 'Ada', lastName: 'Martin' },
      comments: { nodes: [{ content: 'First', createdAt: '2026-03-02T09:10:00.000Z' }] },
      checklist: {
        nodes: [
          { name: 'phone', isDone: true },
          { name: 'desk', isDone: false },
        ],
      },
    });
    expect(await taskOf('trello:card:c2')).toMatchObject({ status: 'TODO', tags: ['Archived'], description: '**a**' });
  });

  it('of GitHub: a list of issues with milestones, without pull requests', async () => {
    const issue = (number: number, more: object) => ({
      ...{ number, title: `Issue ${number}`, body: null, state: 'open', state_reason: null, labels: [], assignees: [] },
      ...{ milestone: null, created_at: '2026-03-03T09:05:00Z', closed_at: null, user: { login: 'bob' } },
      repository_url: 'https://api.github.com/repos/acme/kiwi',
      ...more,
    });
    const issues = [
      issue(7, {
        ...{ state: 'closed', labels: [{ name: 'bug' }, { name: 'ui' }], assignees: [{ login: 'ada' }] },
        milestone: { number: 1, title: 'v1', due_on: '2026-03-31T07:00:00Z' },
        closed_at: '2026-03-05T16:00:00Z',
      }),
      issue(8, {}),
      issue(9, { pull_request: { url: 'https://api.github.com/repos/acme/kiwi/pulls/9' } }),
    ];
    const file = await folder.write('issues.json', JSON.stringify(issues, null, 1));
    expect(await twice('tasks', 'github-issues', file)).toMatchObject({
      Project: 1,
      Task: 2,
      Milestone: 1,
      MilestoneTask: 1,
    });
    expect(await taskOf('github:https://api.github.com/repos/acme/kiwi:issue:7')).toMatchObject({
      ...{ status: 'DONE', startDate: '2026-03-03', tags: ['bug', 'ui'], assignee: { firstName: 'ada' } },
    });
    const { milestones } = await manager.ok('{ milestones { nodes { name dueDate progress project { name } } } }');
    expect(milestones.nodes).toEqual([
      { name: 'v1', dueDate: '2026-03-31', progress: 100, project: { name: 'acme/kiwi' } },
    ]);
  });
});

describe('messages', () => {
  const messagesOf = async (channel: string) => {
    const { channels } = await manager.ok(`{
      channels(where: { externalReference: { eq: "${channel}" } }) {
        nodes {
          name
          messages(orderBy: [{ field: CREATED_AT, direction: ASC }]) {
            nodes {
              content createdAt
              sender { firstName lastName email }
              parent { content }
              mentions { nodes { firstName } }
              reactionCounts { emoji count }
              attachments { name url }
            }
          }
        }
      }
    }`);
    return channels.nodes[0];
  };

  it('of Slack: a folder, a thread over two files whose answer comes first, mentions, entities, reactions, files', async () => {
    await folder.write(
      'slack/users.json',
      JSON.stringify([
        { id: 'U1', name: 'ada', real_name: 'Ada Martin', profile: { email: 'ada.slack@example.test' } },
        { id: 'U2', name: 'bob', real_name: 'Bob Petit', profile: {} },
      ]),
    );
    const thread_ts = '1772442000.000100';
    const question = {
      ...{ type: 'message', user: 'U1', text: 'Shall we? <@U2>', ts: thread_ts, thread_ts },
      reactions: [{ name: '+1', users: ['U2', 'U1'], count: 2 }],
      files: [{ title: 'Plan', permalink: 'https://files.example.test/plan' }],
    };
    const joined = {
      type: 'message',
      subtype: 'channel_join',
      user: 'U2',
      text: '<@U2> has joined',
      ts: '1772442001.000000',
    };
    const answer = { type: 'message', user: 'U2', text: 'Yes &amp; soon', ts: '1772528400.000200', thread_ts };
    await folder.write('slack/atlas/2026-03-01.json', JSON.stringify([answer]));
    await folder.write('slack/atlas/2026-03-02.json', JSON.stringify([question, joined]));
    const created = await twice('messages', 'slack', `${folder.folder}/slack`);
    expect(created).toMatchObject({ Profile: 2, Channel: 1, Message: 2, MessageReaction: 2, MessageAttachment: 1 });
    const { name, messages } = await messagesOf('slack:channel:atlas');
    expect(name).toBe('atlas');
    expect(messages.nodes).toMatchObject([
      {
        ...{ content: 'Shall we? @Bob Petit', createdAt: '2026-03-02T09:00:00.000Z', parent: null },
        sender: { firstName: 'Ada', lastName: 'Martin', email: 'ada.slack@example.test' },
        mentions: { nodes: [{ firstName: 'Bob' }] },
        reactionCounts: [{ emoji: '👍', count: 2 }],
        attachments: [{ name: 'Plan', url: 'https://files.example.test/plan' }],
      },
      { content: 'Yes & soon', sender: { firstName: 'Bob' }, parent: { content: 'Shall we? @Bob Petit' } },
    ]);
  });

  it('of Mattermost: other kinds of lines between, answers inside of posts, no direct messages', async () => {
    const lines = [
      { type: 'version', version: 1 },
      { type: 'channel', channel: { team: 'east', name: 'boreal', display_name: 'Boreal!', type: 'O' } },
      { type: 'user', user: { username: 'ada', email: 'ada@example.test', first_name: 'Ada', last_name: 'Martin' } },
      {
        type: 'post',
        post: {
          ...{ team: 'east', channel: 'boreal', user: 'ada', message: 'Hello all', create_at: 1772442000000 },
          reactions: [{ user: 'bob', emoji_name: 'tada', create_at: 1772442060000 }],
          replies: [{ user: 'bob', message: 'hi @ada', create_at: 1772442120000 }],
        },
      },
      {
        type: 'direct_post',
        direct_post: { channel_members: ['ada', 'bob'], user: 'bob', message: 'psst', create_at: 1 },
      },
    ];
    const file = await folder.write('mattermost.jsonl', lines.map((line) => JSON.stringify(line)).join('\n'));
    expect(await twice('messages', 'mattermost', file)).toMatchObject({ Channel: 1, Message: 2, MessageReaction: 1 });
    const { name, messages } = await messagesOf('mattermost:channel:east:boreal');
    expect(name).toBe('Boreal!');
    expect(messages.nodes).toMatchObject([
      { content: 'Hello all', parent: null, reactionCounts: [{ emoji: '🎉', count: 1 }] },
      {
        content: 'hi @ada',
        sender: { firstName: 'bob' },
        parent: { content: 'Hello all' },
        mentions: { nodes: [{ firstName: 'Ada' }] },
      },
    ]);
  });
});
