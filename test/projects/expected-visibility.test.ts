import { beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../../src/identity/roles.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { seedEverything } from './expected-visibility.seed.ts';

/*
 * Of the seeded projects, Open and Staffed are visible to the organization; Secret, Team and Led to their members. The
 * CONSULTANT is assigned to Staffed and leads Led, the MEMBER is assigned to Team, the MANAGER to Secret. The CLIENT is
 * the contact of the client of Open. Every project has one row of each type with its name. Beside them there are the
 * task Errand of Secret, assigned to the MEMBER; the PERSONAL task Private of the MANAGER; the milestone Company, with
 * the tasks of Open and Secret; 2 hours of the MEMBER on Open, 4 of the CONSULTANT on Staffed, and 1 of the MANAGER on
 * each project; and two deleted projects, Past for the organization and Gone for its members.
 */
type Rows = string[] | 'FORBIDDEN';

const everyProject = ['Led', 'Open', 'Secret', 'Staffed', 'Team'];
const everyEntry = ['Consultant', 'Led', 'Member', 'Open', 'Secret', 'Staffed', 'Team'];

const ofOwner: Record<string, Rows> = {
  projects: everyProject,
  projectPhases: everyProject,
  projectAssignments: ['Secret', 'Staffed', 'Team'],
  deliverables: everyProject,
  incidents: everyProject,
  milestones: ['Company', 'Led', 'Open', 'Secret', 'Staffed', 'Team'],
  tasksOfCompany: ['Open', 'Secret'],
  tasks: ['Errand', 'Led', 'Open', 'Secret', 'Staffed', 'Team'],
  comments: everyProject,
  timeEntries: everyEntry,
  channels: everyProject,
  searchTasks: ['Errand', 'Led', 'Open', 'Secret', 'Staffed', 'Team'],
  searchMessages: everyProject,
  byHiddenTask: ['Secret'],
  peopleOfSecret: ['Manager'],
  hours: ['11'],
  hoursOfManager: ['5'],
  createdTasks: ['Errand', 'Led', 'Open', 'Secret', 'Staffed', 'Team'],
  createdProjects: ['Gone', 'Led', 'Open', 'Past', 'Secret', 'Staffed', 'Team'],
  deletedProjects: ['Gone', 'Past'],
  secret: ['Secret'],
};

const expected: Record<Role, Record<string, Rows>> = {
  OWNER: ofOwner,
  ADMIN: ofOwner,
  MANAGER: {
    ...ofOwner,
    tasks: ['Errand', 'Led', 'Open', 'Private', 'Secret', 'Staffed', 'Team'],
    searchTasks: ['Errand', 'Led', 'Open', 'Private', 'Secret', 'Staffed', 'Team'],
    createdTasks: ['Errand', 'Led', 'Open', 'Private', 'Secret', 'Staffed', 'Team'],
  },
  CONSULTANT: {
    projects: ['Led', 'Staffed'],
    projectPhases: ['Led', 'Staffed'],
    projectAssignments: ['Staffed'],
    deliverables: ['Led', 'Staffed'],
    incidents: ['Led', 'Staffed'],
    milestones: ['Company', 'Led', 'Staffed'],
    tasksOfCompany: [],
    tasks: ['Led', 'Staffed'],
    comments: ['Led', 'Staffed'],
    timeEntries: ['Consultant'],
    channels: ['Led', 'Staffed'],
    searchTasks: ['Led', 'Staffed'],
    searchMessages: ['Led', 'Staffed'],
    byHiddenTask: [],
    peopleOfSecret: [],
    hours: ['4'],
    hoursOfManager: 'FORBIDDEN',
    createdTasks: ['Led', 'Staffed'],
    createdProjects: ['Led', 'Staffed'],
    deletedProjects: [],
    secret: [],
  },
  MEMBER: {
    projects: ['Open', 'Staffed', 'Team'],
    projectPhases: ['Open', 'Staffed', 'Team'],
    projectAssignments: ['Staffed', 'Team'],
    deliverables: ['Open', 'Staffed', 'Team'],
    incidents: ['Open', 'Staffed', 'Team'],
    milestones: ['Company', 'Open', 'Staffed', 'Team'],
    tasksOfCompany: ['Open'],
    tasks: ['Errand', 'Open', 'Staffed', 'Team'],
    comments: ['Open', 'Staffed', 'Team'],
    timeEntries: ['Consultant', 'Member', 'Open', 'Staffed', 'Team'],
    channels: ['Open', 'Staffed', 'Team'],
    searchTasks: ['Errand', 'Open', 'Staffed', 'Team'],
    searchMessages: ['Open', 'Staffed', 'Team'],
    byHiddenTask: [],
    peopleOfSecret: [],
    hours: ['9'],
    hoursOfManager: ['3'],
    createdTasks: ['Errand', 'Open', 'Staffed', 'Team'],
    createdProjects: ['Open', 'Past', 'Staffed', 'Team'],
    deletedProjects: ['Past'],
    secret: [],
  },
  CLIENT: {
    projects: ['Open'],
    projectPhases: ['Open'],
    projectAssignments: [],
    deliverables: ['Open'],
    incidents: 'FORBIDDEN',
    milestones: ['Open'],
    tasksOfCompany: [],
    tasks: ['Open'],
    comments: ['Open'],
    timeEntries: 'FORBIDDEN',
    channels: [],
    searchTasks: ['Open'],
    searchMessages: [],
    byHiddenTask: [],
    peopleOfSecret: [],
    hours: 'FORBIDDEN',
    hoursOfManager: [],
    createdTasks: 'FORBIDDEN',
    createdProjects: 'FORBIDDEN',
    deletedProjects: 'FORBIDDEN',
    secret: [],
  },
};

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
const named = (field: string, name = 'name'): Question =>
  connection(`${field}(first: 100)`, name, (node) => node[name]);
const matching = (field: string, where: string, selection: string, nameOf: (node: Data) => string): Question =>
  connection(`${field}(first: 100, where: ${where})`, selection, nameOf);
const logged = (action: string, side: 'before' | 'after'): Question =>
  matching('events', `{ action: { eq: "${action}" } }`, side, (event) => event[side].name);

const questionsOf = (manager: Member, secretId: string): Record<string, Question> => ({
  projects: named('projects'),
  projectPhases: named('projectPhases'),
  projectAssignments: connection('projectAssignments', 'project { name }', ({ project }) => project.name),
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
  searchTasks: connection('searchTasks(query: "work", first: 100)', 'name', ({ name }) => name),
  searchMessages: connection('searchMessages(query: "news", first: 100)', 'content', ({ content }) =>
    content.replace('news ', ''),
  ),
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

describe('the rows that a role sees', async () => {
  const server = await world();
  let company: Company;
  let people: Record<Role, Member>;
  let questions: Record<string, Question>;
  beforeAll(async () => {
    company = await server.company();
    const seeded = await seedEverything(company);
    people = seeded.people;
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
