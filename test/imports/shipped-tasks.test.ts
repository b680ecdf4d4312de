import { describe, expect, it } from 'vitest';
import { world } from '../support/world.ts';
import { importTwice, scratchFolder } from './support.ts';

const folder = await scratchFolder();
const company = await (await world()).company();
const manager = await company.as('MANAGER');

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

describe('tasks', () => {
  it('from Jira: repeated columns, comments in a cell, links, sub-tasks, times with am and pm', async () => {
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
    expect(await importTwice(company, 'tasks', 'jira', file)).toMatchObject({
      Profile: 2,
      Project: 1,
      Task: 5,
      TaskComment: 1,
    });
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
    // The link takes precedence over the parent, whose dependency would close a cycle
    expect((await taskOf('jira:task:GLA-4')).dependencies.nodes).toEqual([{ name: 'Fair' }]);
    expect((await taskOf('jira:task:GLA-5')).dependencies.nodes).toEqual([]);
  });

  it('from Redmine, in French and windows-1252: parents depend on their sub-tasks', async () => {
    const file = await folder.write(
      'redmine-fr.csv',
      `#;Projet;Tracker;Statut;Priorité;Sujet;Assigné à;Début;Échéance;% réalisé;Temps estimé;Tâche parente
12;Horn;Anomalie;En cours;Haut;Menu vide;Ada Martin;02/03/2026;;40;4,00;
13;Horn;Évolution;Fermé;Normal;Menu à v2;;;15/03/2026;100;;12
`,
      'windows-1252',
    );
    expect(await importTwice(company, 'tasks', 'redmine-fr', file)).toMatchObject({ Project: 1, Task: 2 });
    expect(await taskOf('redmine:task:12')).toMatchObject({
      ...{ status: 'IN_PROGRESS', priority: 'HIGH', estimateDays: '0.5', startDate: '2026-03-02' },
      assignee: { firstName: 'Ada', lastName: 'Martin' },
      dependencies: { nodes: [{ name: 'Menu à v2' }] },
    });
  });

  it('from Redmine in English', async () => {
    const file = await folder.write(
      'redmine.csv',
      '#,Project,Tracker,Parent task,Status,Priority,Subject,Assignee,Start date,Due date,Estimated time\n7,Iris,Bug,,Closed,Urgent,Broken,,03/02/2026,03/13/2026,12.0\n',
    );
    expect(await importTwice(company, 'tasks', 'redmine', file)).toEqual({ Project: 1, Task: 1 });
    expect(await taskOf('redmine:task:7')).toMatchObject({ status: 'DONE', priority: 'URGENT', estimateDays: '1.5' });
  });

  it('from Trello: one document, comments before their cards, checklists, closed cards, positions', async () => {
    const card = { desc: '', idList: 'l1', idMembers: [], idLabels: [], due: null, closed: false };
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
        { ...card, id: 'c2', name: 'Tests', desc: '**a**', pos: 131072.5, closed: true },
        { ...card, id: 'c3', name: 'Above', pos: 65536 },
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
    expect(await importTwice(company, 'tasks', 'trello', file)).toMatchObject({
      Project: 1,
      Task: 3,
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
    const column = '{ project: { name: { eq: "Jade" } }, status: { eq: TODO } }';
    const { tasks } = await manager.ok(
      `{ tasks(where: ${column}, orderBy: [{ field: POSITION }]) { nodes { name } } }`,
    );
    expect(tasks.nodes).toEqual([{ name: 'Above' }, { name: 'Tests' }]);
  });

  it('from GitHub: a list of issues with milestones, without pull requests', async () => {
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
    expect(await importTwice(company, 'tasks', 'github-issues', file)).toMatchObject({
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
