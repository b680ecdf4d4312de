import { beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../../src/identity/roles.ts';
import { settledLog } from '../events/support.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { expected, type Rows } from './expected-visibility.rows.ts';
import { seedEverything } from './expected-visibility.seed.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
type Data = any;
interface Question {
  query: string;
  /** The rows in the answer; throws if a count differs from the rows. */
  rows: (data: Data) => string[];
}

const connection = (field: string, selection: string, nameOf: (node: Data) => string): Question => ({
  query: `{ list: ${field} { totalCount nodes { ${selection} } } }`,
  rows: ({ list }) => {
    const names = list.nodes.map(nameOf);
    expect(list.totalCount).toBe(names.length);
    return names;
  },
});
/** All rows of a list, which its aggregate has to count as well. */
const listed = (field: string, selection: string, nameOf: (node: Data) => string): Question => ({
  query: `{ list: ${field}(first: 100) { totalCount nodes { ${selection} } } groups: ${field}Aggregate { count } }`,
  rows: ({ list, groups }) => {
    const names = list.nodes.map(nameOf);
    expect([list.totalCount, groups]).toEqual([names.length, [{ count: names.length }]]);
    return names;
  },
});
const named = (field: string, name = 'name'): Question => listed(field, name, (node) => node[name]);
const ofPerson = (field: string): Question =>
  listed(field, 'profile { firstName }', ({ profile }) => profile.firstName);
const matching = (field: string, where: string, selection: string, nameOf: (node: Data) => string): Question =>
  connection(`${field}(first: 100, where: ${where})`, selection, nameOf);
const logged = (action: string, side: 'before' | 'after'): Question =>
  matching('events', `{ action: { eq: "${action}" } }`, side, (event) => event[side].name);

interface ChangedType {
  list: string;
  /** What is asked of the object, and its name in the list above. */
  name: string;
  nameOf?: (name: Data) => string;
}

const nameOfProject = { name: 'project { name }', nameOf: ({ name }: Data): string => name };
const nameOfPerson = { name: 'profile { firstName }', nameOf: ({ firstName }: Data): string => firstName };

const changedTypes: Record<string, ChangedType> = {
  Project: { list: 'projects', name: 'name' },
  ProjectPhase: { list: 'projectPhases', name: 'name' },
  ProjectAssignment: { list: 'projectAssignments', ...nameOfProject },
  Deliverable: { list: 'deliverables', name: 'name' },
  Incident: { list: 'incidents', name: 'title' },
  Milestone: { list: 'milestones', name: 'name' },
  Task: { list: 'tasks', name: 'name' },
  TaskComment: { list: 'comments', name: 'content' },
  TaskMember: { list: 'taskMembers', name: 'task { name }', nameOf: ({ name }) => name },
  ChecklistItem: { list: 'checklists', name: 'name' },
  Label: { list: 'labels', name: 'name' },
  TimeEntry: { list: 'timeEntries', name: 'description' },
  RunningTimer: { list: 'runningTimers', name: 'description' },
  Timesheet: { list: 'timesheets', ...nameOfPerson },
  ActivityReport: { list: 'activityReports', ...nameOfProject },
  LeaveType: { list: 'leaveTypes', name: 'name' },
  LeaveRequest: { list: 'leaveRequests', ...nameOfPerson },
  LeaveBalance: { list: 'leaveBalances', ...nameOfPerson },
  Channel: { list: 'channels', name: 'name' },
  Message: { list: 'messages', name: 'content', nameOf: (content) => content.replace('news ', '') },
};

const questionsOf = (manager: Member, secretId: string): Record<string, Question> => ({
  projects: named('projects'),
  projectPhases: named('projectPhases'),
  projectAssignments: listed('projectAssignments', 'project { name }', ({ project }) => project.name),
  deliverables: named('deliverables'),
  incidents: named('incidents', 'title'),
  milestones: named('milestones'),
  tasksOfCompany: {
    query: `{ milestones(where: { name: { eq: "Company" } }) {
      nodes { tasks { totalCount nodes { name } } parts { totalCount nodes { task { name } } } }
    } }`,
    rows: ({ milestones }) =>
      milestones.nodes.flatMap(({ tasks, parts }: Data) => {
        const names = tasks.nodes.map(({ name }: Data) => name).toSorted();
        expect(parts.nodes.map(({ task }: Data) => task.name).toSorted()).toEqual(names);
        expect([tasks.totalCount, parts.totalCount]).toEqual([names.length, names.length]);
        return names;
      }),
  },
  tasks: named('tasks'),
  comments: {
    query: '{ tasks(first: 100) { nodes { comments { totalCount nodes { content } } } } }',
    rows: ({ tasks }) => tasks.nodes.flatMap(({ comments }: Data) => comments.nodes.map((each: Data) => each.content)),
  },
  timeEntries: named('timeEntries', 'description'),
  channels: named('channels'),
  clients: named('clients'),
  profiles: named('profiles', 'firstName'),
  labels: named('labels'),
  taskMembers: listed('taskMembers', 'task { name }', ({ task }) => task.name),
  checklists: {
    query: '{ tasks(first: 100) { nodes { checklist { totalCount nodes { name } } } } }',
    rows: ({ tasks }) => tasks.nodes.flatMap(({ checklist }: Data) => checklist.nodes.map((each: Data) => each.name)),
  },
  savedViews: named('savedViews'),
  runningTimers: named('runningTimers', 'description'),
  timesheets: ofPerson('timesheets'),
  activityReports: listed('activityReports', 'project { name }', ({ project }) => project.name),
  activityReportLines: listed('activityReportLines', 'day', ({ day }) => day),
  leaveTypes: named('leaveTypes'),
  leaveRequests: ofPerson('leaveRequests'),
  leaveBalances: ofPerson('leaveBalances'),
  workCalendars: named('workCalendars'),
  calendarHolidays: named('calendarHolidays'),
  notifications: named('notifications', 'title'),
  messages: listed('messages', 'content', ({ content }) => content.replace('news ', '')),
  members: connection('members(first: 100)', 'role', ({ role }) => role),
  trash: named('trash', 'name'),
  searchTasks: connection('searchTasks(query: "work", first: 100)', 'name', ({ name }) => name),
  searchMessages: connection('searchMessages(query: "news", first: 100)', 'content', ({ content }) =>
    content.replace('news ', ''),
  ),
  search: {
    query: `{ search(query: "open or staffed or secret or team or led or company or errand or private", first: 50) {
      nodes { type title highlights { parts { text isMatch } } }
    } }`,
    rows: ({ search }) => {
      const textOf = (hit: Data) => hit.title ?? hit.highlights[0].parts.find(({ isMatch }: Data) => isMatch).text;
      const byType = Map.groupBy(search.nodes as Data[], ({ type }) => type);
      return [...byType].map(([type, hits]) => `${type}: ${hits.map(textOf).toSorted().join(', ')}`);
    },
  },
  byHiddenTask: matching('projects', '{ tasks: { name: { eq: "Secret" } } }', 'name', ({ name }) => name),
  peopleOfSecret: matching(
    'profiles',
    '{ assignments: { project: { name: { eq: "Secret" } } } }',
    'firstName',
    ({ firstName }) => firstName,
  ),
  hours: {
    query: '{ groups: timeEntriesAggregate { sum } }',
    rows: ({ groups }) => groups.map(({ sum }: Data) => String(Number(sum))),
  },
  hoursOfManager: {
    query: `{ profiles(where: { id: { eq: "Profile:${manager.profileId}" } }) { nodes { hours } } }`,
    rows: ({ profiles }) => profiles.nodes.map(({ hours }: Data) => String(Number(hours))),
  },
  createdTasks: logged('task.created', 'after'),
  createdProjects: logged('project.created', 'after'),
  deletedProjects: logged('project.deleted', 'before'),
  secret: {
    query: `{ node(id: "${secretId}") { ... on Project { name } } }`,
    rows: ({ node }) => (node ? [node.name] : []),
  },
});

/** A list that is refused has no rows among those of all types. */
const unforbidden = (rows: Rows): string[] => (rows === 'FORBIDDEN' ? [] : rows);

describe('the rows that a role sees', async () => {
  const server = await world();
  let company: Company;
  let people: Record<Role, Member>;
  let questions: Record<string, Question>;
  let cursors: Record<Role, string>;
  beforeAll(async () => {
    company = await server.company();
    const seeded = await seedEverything(company);
    ({ people, cursors } = seeded);
    questions = questionsOf(people.MANAGER, seeded.secretId);
  });

  it.each(Object.keys(expected) as Role[])('are those written here for %s', async (role) => {
    const seen: Record<string, Rows> = {};
    for (const [name, { query, rows }] of Object.entries(questions)) {
      const { data, errors } = await people[role].graphql(query);
      expect(errors.filter(({ extensions }) => extensions.code !== 'FORBIDDEN')).toEqual([]);
      const codes = errors.map(({ extensions }) => extensions.code);
      seen[name] =
        codes.length > 0 && codes.every((code) => code === 'FORBIDDEN') ? 'FORBIDDEN' : rows(data).toSorted();
    }
    expect(seen).toEqual(expected[role]);
  });

  it.each(Object.keys(expected) as Role[])('are those that changes tell %s', async (role) => {
    await settledLog(company);
    const objects = Object.entries(changedTypes).map(([type, { name }]) => `... on ${type} { ${type}: ${name} }`);
    const query = `query ($after: String) { changes(after: $after, first: 100) {
      cursor hasMore changed { node { __typename id ${objects.join(' ')} } } removed { id }
    } }`;
    const seen = new Map<string, Data>();
    let [after, more] = [cursors[role], true];
    while (more) {
      const { changes } = await people[role].ok(query, { after });
      for (const { id } of changes.removed) seen.delete(id);
      for (const { node } of changes.changed) seen.set(node.id, node);
      ({ cursor: after, hasMore: more } = changes);
    }
    for (const [type, { list, nameOf = String }] of Object.entries(changedTypes)) {
      const nodes = [...seen.values()].filter(({ __typename }) => __typename === type);
      expect([list, nodes.map((node) => nameOf(node[type])).toSorted()]).toEqual([
        list,
        unforbidden(expected[role][list]!),
      ]);
    }
  });

  it('are read without a look at assignments by people who see all projects', async () => {
    const { MANAGER: manager, MEMBER: member } = people;
    const assigned = async (who: Member, name: string) => {
      const { statements } = await who.graphql(questions[name]!.query);
      return statements.some((sql) => sql.includes('project_assignments'));
    };
    for (const name of ['projects', 'tasks', 'milestones', 'timeEntries', 'channels', 'comments', 'hours']) {
      expect([name, await assigned(manager, name), await assigned(member, name)]).toEqual([name, false, true]);
    }
  });

  it('follow the visibility of a project at once', async () => {
    const { OWNER: owner, MEMBER: member } = people;
    const { projects } = await owner.ok('{ projects(where: { name: { eq: "Open" } }) { nodes { id } } }');
    const set = (visibility: string) =>
      owner.ok('mutation ($input: UpdateProjectInput!) { updateProject(input: $input) { project { visibility } } }', {
        input: { id: projects.nodes[0].id, visibility },
      });
    const names = async () => questions.tasks!.rows(await member.ok(questions.tasks!.query)).toSorted();
    await set('MEMBERS');
    expect(await names()).toEqual(['Errand', 'Staffed', 'Team']);
    const own = await member.ok('{ timeEntriesAggregate(groupBy: [PROJECT]) { sum keys { project { name } } } }');
    expect(own.timeEntriesAggregate).toContainEqual({ sum: '2', keys: { project: null } });
    await set('ORGANIZATION');
    expect(await names()).toEqual(['Errand', 'Open', 'Staffed', 'Team']);
  });
});
