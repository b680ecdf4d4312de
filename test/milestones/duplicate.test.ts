import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { settledLog } from '../events/support.ts';
import { createClient, createPart, createProfile, createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { createTask, seedTasks } from '../tasks/support.ts';
import { recordTime } from '../time/support.ts';
import { createMilestone } from './support.ts';

const content = `{
  name code status visibility isTemplate description startDate expectedEndDate
  client { id } manager { id } channel { name }
  phases { nodes { name position startDate endDate } }
  deliverables { nodes { name status dueDate externalReference } }
  assignments { nodes { profile { id } role allocationPercent fromDate toDate saleRate { amount } } }
  labels { nodes { name color } }
  tasks(orderBy: [{ field: POSITION }]) { nodes {
    name description type status startDate dueDate estimateDays tags externalReference completedAt creator { id }
    parent { name } deliverable { name } assignee { id } dependsOn { nodes { name } }
    checklist { nodes { name isDone } } labels(orderBy: [{ field: NAME }]) { nodes { name project { name } } }
    members { nodes { role profile { id } } } comments { totalCount } timeEntries { totalCount }
  } }
  milestones(orderBy: [{ field: NAME }]) { nodes {
    name startDate dueDate status progress progressMode assignees { nodes { id } } dependsOn { nodes { name } }
    parts { nodes { weight task { name project { name } } } }
  } }
}`;

const uuidOf = (id: string): string => id.slice(id.indexOf(':') + 1);

interface Logged {
  action: string;
}
interface Task {
  assignee: object | null;
  members: { nodes: object[] };
}

describe('duplicateProject', async () => {
  const server = await world();
  let company: Company;
  let manager: Member;
  let member: Member;
  let sourceId: string;
  let memberId: string;
  let leaver: string;

  beforeAll(async () => {
    company = await server.company();
    [manager, member] = await Promise.all([company.as('MANAGER'), company.as('MEMBER')]);
    memberId = `Profile:${member.profileId}`;
    sourceId = await createProject(manager, {
      ...{ name: 'Model', description: 'How we do it', startDate: '2026-03-02', expectedEndDate: '2026-03-31' },
      ...{ managerId: memberId, visibility: 'MEMBERS', isTemplate: true },
    });
    const projectId = sourceId;
    const leaving = await company.member('CONSULTANT');
    leaver = `Profile:${leaving.profileId}`;
    await createPart(manager, 'ProjectPhase', {
      projectId,
      name: 'Start',
      startDate: '2026-02-27',
      endDate: '2026-03-05',
    });
    const deliverableId = await createPart(manager, 'Deliverable', {
      projectId,
      name: 'Report',
      dueDate: '2026-03-10',
    });
    await run(manager, 'changeDeliverableStatus', { id: deliverableId, status: 'SUBMITTED' });
    const rate = {
      allocationPercent: 50,
      fromDate: '2026-03-02',
      toDate: '2026-03-31',
      saleRate: '650',
      role: 'Developer',
    };
    await createPart(manager, 'ProjectAssignment', { projectId, profileId: memberId, ...rate });
    await createPart(manager, 'ProjectAssignment', { projectId, profileId: leaver, allocationPercent: 10 });
    const first = await createTask(member, {
      ...{ projectId, name: 'First', description: 'Text', deliverableId, assigneeId: memberId, status: 'DONE' },
      ...{ startDate: '2026-03-05', dueDate: '2026-03-10', estimateDays: '1.5', tags: ['a'], externalReference: 'one' },
    });
    const second = await createTask(member, { projectId, name: 'Second', assigneeId: leaver });
    const part = await createTask(member, { parentId: second, name: 'Part' });
    await createTask(member, { parentId: part, name: 'Inner' });
    const elsewhere = await createTask(manager, { projectId: await createProject(manager), name: 'Elsewhere' });
    for (const dependsOnId of [first, elsewhere])
      await run(manager, 'addTaskDependency', { taskId: second, dependsOnId });
    await run(member, 'createChecklistItem', { taskId: first, name: 'Step 1' }, 'checklistItem { id }');
    const step = await run(member, 'createChecklistItem', { taskId: first, name: 'Step 2' }, 'checklistItem { id }');
    await run(member, 'updateChecklistItem', { id: step.checklistItem.id, isDone: true });
    const color = '#1f6feb';
    const own = await run(manager, 'createLabel', { projectId, name: 'Own', color }, 'label { id }');
    const common = await run(manager, 'createLabel', { name: 'Common', color }, 'label { id }');
    await run(manager, 'setTaskLabels', { taskId: first, labelIds: [own.label.id, common.label.id] });
    await run(manager, 'createTaskMember', { taskId: second, profileId: memberId, role: 'ASSIGNEE' });
    await run(member, 'createTaskComment', { taskId: first, content: 'Well done' });
    await recordTime(member, { projectId, taskId: first, workDate: '2026-03-05' });
    const a = await createMilestone(manager, { projectId, name: 'A', startDate: '2026-03-02', dueDate: '2026-03-14' });
    const b = await createMilestone(manager, {
      ...{ projectId, name: 'B', startDate: '2026-03-16', dueDate: '2026-03-31', progressMode: 'MANUAL', progress: 40 },
    });
    await run(manager, 'setMilestoneTask', { milestoneId: a, taskId: first, weight: 3 });
    await run(manager, 'setMilestoneTask', { milestoneId: a, taskId: second, weight: 2 });
    await run(manager, 'addMilestoneDependency', { milestoneId: b, dependsOnId: a });
    for (const profileId of [memberId, leaver])
      await run(manager, 'addMilestoneAssignee', { milestoneId: b, profileId });
    const owner = await company.as('OWNER');
    const { node } = await owner.ok('query ($id: ID!) { node(id: $id) { ... on Profile { member { id } } } }', {
      id: leaver,
    });
    await owner.ok('mutation ($id: ID!) { removeMember(input: { memberId: $id }) { memberId } }', {
      id: node.member.id,
    });
  });

  const duplicate = (by: Member, input: object, selection = `project ${content} lastEventId`) =>
    run(by, 'duplicateProject', { projectId: sourceId, startDate: '2026-05-04', ...input }, selection);

  it('copies the parts by working days, with the people who still work here', async () => {
    const { project, lastEventId } = await duplicate(manager, { name: 'Copy', withPeople: true });
    expect(lastEventId).toEqual(expect.any(String));
    expect(project).toMatchObject({
      ...{ name: 'Copy', code: 'PRJ-0003', status: 'ACTIVE', visibility: 'MEMBERS', isTemplate: false },
      ...{ description: 'How we do it', startDate: '2026-05-04', expectedEndDate: '2026-06-05' },
      ...{ client: { id: expect.any(String) }, manager: { id: memberId }, channel: { name: 'Copy' } },
    });
    expect(project.phases.nodes).toEqual([
      { name: 'Start', position: 0, startDate: '2026-04-30', endDate: '2026-05-07' },
    ]);
    expect(project.deliverables.nodes).toEqual([
      { name: 'Report', status: 'DRAFT', dueDate: '2026-05-13', externalReference: null },
    ]);
    expect(project.assignments.nodes).toEqual([
      {
        ...{ profile: { id: memberId }, role: 'Developer', allocationPercent: 50 },
        ...{ fromDate: '2026-05-04', toDate: '2026-06-05', saleRate: { amount: '650' } },
      },
    ]);
    expect(project.labels.nodes).toEqual([{ name: 'Own', color: '#1f6feb' }]);
    const open = {
      ...{ description: null, type: 'PROJECT', status: 'TODO', startDate: null, dueDate: null, estimateDays: null },
      ...{ tags: [], externalReference: null, completedAt: null, creator: { id: `Profile:${manager.profileId}` } },
      ...{ parent: null, deliverable: null, assignee: null, dependsOn: { nodes: [] }, checklist: { nodes: [] } },
      ...{ labels: { nodes: [] }, members: { nodes: [] }, comments: { totalCount: 0 }, timeEntries: { totalCount: 0 } },
    };
    expect(project.tasks.nodes).toEqual([
      {
        ...open,
        ...{ name: 'Second', dependsOn: { nodes: [{ name: 'First' }] } },
        members: { nodes: [{ role: 'ASSIGNEE', profile: { id: memberId } }] },
      },
      { ...open, name: 'Part', parent: { name: 'Second' } },
      { ...open, name: 'Inner', parent: { name: 'Part' } },
      {
        ...open,
        ...{ name: 'First', description: 'Text', startDate: '2026-05-07', dueDate: '2026-05-13', estimateDays: '1.5' },
        ...{ tags: ['a'], deliverable: { name: 'Report' }, assignee: { id: memberId } },
        checklist: {
          nodes: [
            { name: 'Step 1', isDone: false },
            { name: 'Step 2', isDone: false },
          ],
        },
        labels: {
          nodes: [
            { name: 'Common', project: null },
            { name: 'Own', project: { name: 'Copy' } },
          ],
        },
      },
    ]);
    expect(project.milestones.nodes).toEqual([
      {
        ...{ name: 'A', startDate: '2026-05-04', dueDate: '2026-05-20', status: 'NOT_STARTED', progress: 0 },
        ...{ progressMode: 'AUTO', assignees: { nodes: [] }, dependsOn: { nodes: [] } },
        parts: {
          nodes: [
            { weight: 3, task: { name: 'First', project: { name: 'Copy' } } },
            { weight: 2, task: { name: 'Second', project: { name: 'Copy' } } },
          ],
        },
      },
      {
        ...{ name: 'B', startDate: '2026-05-20', dueDate: '2026-06-05', status: 'NOT_STARTED', progress: 0 },
        ...{ progressMode: 'MANUAL', assignees: { nodes: [{ id: memberId }] }, dependsOn: { nodes: [{ name: 'A' }] } },
        parts: { nodes: [] },
      },
    ]);
  });

  it('copies nobody unless asked, and moves days by days if asked', async () => {
    const other = await createClient(manager);
    const input = {
      name: 'Days',
      shift: 'DAYS',
      clientId: other,
      code: 'D',
      visibility: 'ORGANIZATION',
      managerId: null,
    };
    const { project } = await duplicate(manager, { ...input, isTemplate: true });
    expect(project).toMatchObject({
      ...{ code: 'D', client: { id: other }, manager: null, visibility: 'ORGANIZATION', isTemplate: true },
      ...{ expectedEndDate: '2026-06-02', assignments: { nodes: [] } },
    });
    const [milestone] = project.milestones.nodes;
    expect(milestone).toMatchObject({ startDate: '2026-05-04', dueDate: '2026-05-16' });
    const people = project.tasks.nodes.map((task: Task) => [task.assignee, task.members.nodes]);
    expect(people).toEqual(Array(4).fill([null, []]));
    const where = { isTemplate: { eq: true } };
    const { projects } = await manager.ok('query ($where: ProjectFilter) { projects(where: $where) { totalCount } }', {
      where,
    });
    expect(projects.totalCount).toBe(2);
  });

  it('records an event for each part, so that a client that follows the log has them all', async () => {
    const { after } = await run(manager, 'createClient', { name: 'Before' }, 'after: lastEventId');
    await duplicate(manager, { name: 'Logged', withPeople: true });
    await settledLog(company);
    const log = 'query ($after: String!) { events(first: 100, after: $after) { nodes { action } } }';
    const made: string[] = (await manager.ok(log, { after })).events.nodes.map(({ action }: Logged) => action);
    const counts = Object.fromEntries(
      [...Map.groupBy<string, string>(made, (action) => action)].map(([a, of]) => [a, of.length]),
    );
    expect(counts).toEqual({
      ...{ 'project.created': 1, 'channel.created': 1, 'projectPhase.created': 1, 'deliverable.created': 1 },
      ...{ 'projectAssignment.created': 1, 'label.created': 1, 'task.created': 4, 'checklistItem.created': 2 },
      ...{ 'task.dependencyAdded': 1, 'task.labelAdded': 2, 'taskMember.created': 1, 'milestone.created': 2 },
      ...{ 'milestone.taskSet': 2, 'milestone.dependencyAdded': 1, 'milestone.assigneeAdded': 1 },
    });
  });

  it('refuses an overbooked person, a taken name, too many parts and people without the permissions', async () => {
    const input = { name: 'Full', withPeople: true };
    const busy = { allocationPercent: 60, fromDate: '2026-05-04', toDate: '2026-05-04', allowOverbooking: true };
    await createPart(manager, 'ProjectAssignment', {
      projectId: await createProject(manager),
      profileId: memberId,
      ...busy,
    });
    expect(await duplicate(manager, input)).toMatchObject({
      ...{ code: 'OVERBOOKED', field: 'input.withPeople', percent: 210, profileId: memberId },
    });
    const { projects } = await manager.ok('{ projects(where: { name: { eq: "Full" } }) { totalCount } }');
    expect(projects.totalCount).toBe(0);
    expect(await duplicate(manager, { ...input, allowOverbooking: true })).toHaveProperty('project.name', 'Full');
    expect(await duplicate(manager, { name: 'Full' })).toMatchObject({ code: 'ALREADY_EXISTS', field: 'input.name' });
    expect(await duplicate(manager, { name: 'X', startDate: '2199-12-31' })).toMatchObject({
      ...{ code: 'BAD_INPUT', field: 'input.startDate' },
    });
    expect(await duplicate(member, { name: 'X' })).toMatchObject({ code: 'FORBIDDEN' });
    const hidden = await (await server.company()).as('MANAGER');
    expect(await duplicate(hidden, { name: 'X' })).toMatchObject({ code: 'NOT_FOUND', field: 'input.projectId' });
  });

  it('copies many people with no more statements than one, except their locks', async () => {
    const sent: string[][] = [];
    for (const count of [1, 6]) {
      const projectId = await createProject(manager);
      for (let n = 0; n < count; n++) {
        const profileId = await createProfile(manager);
        await createPart(manager, 'ProjectAssignment', { projectId, profileId, allocationPercent: 60 });
        await createTask(manager, { projectId, name: `Task ${n}`, assigneeId: profileId });
      }
      const input = { projectId, name: `With ${count}`, startDate: '2026-05-04', withPeople: true };
      const query = `mutation ($input: DuplicateProjectInput!) { duplicateProject(input: $input) {
        project { assignments { totalCount } } } }`;
      const overbooked = await manager.graphql(query, { input });
      expect(overbooked.errors).toMatchObject([{ extensions: { code: 'OVERBOOKED', percent: 120 } }]);
      const { data, statements } = await manager.graphql(query, { input: { ...input, allowOverbooking: true } });
      expect(data.duplicateProject.project.assignments.totalCount).toBe(count);
      sent.push(statements.filter((text) => !text.includes('pg_advisory_xact_lock')));
    }
    expect(sent[1]!.length).toBeLessThanOrEqual(sent[0]!.length);
  });

  it('copies at most 5,000 parts, with no more statements for many tasks than for one', async () => {
    const [one, many] = [await createProject(manager), await createProject(manager)];
    await createTask(manager, { projectId: one, name: 'One' });
    await seedTasks(company, uuidOf(many), 900);
    const sent: string[][] = [];
    for (const [projectId, name] of [
      [one, 'Copy of one'],
      [many, 'Copy of many'],
    ]) {
      const input = { projectId, name, startDate: '2026-05-04' };
      const query = 'mutation ($input: DuplicateProjectInput!) { duplicateProject(input: $input) { project { id } } }';
      sent.push((await manager.graphql(query, { input })).statements);
    }
    expect(sent[1]!.length).toBeLessThanOrEqual(sent[0]!.length + 1);
    await company.world.app.binding.write(company.tenant, (tx) =>
      tx.execute(sql`insert into project_phases (id, project_id, name)
        select gen_random_uuid(), ${uuidOf(many)}::uuid, 'Phase' from generate_series(1, 4101)`),
    );
    const answer = await duplicate(manager, { projectId: many, name: 'Too large' });
    expect(answer).toMatchObject({ code: 'INVALID_STATE', field: 'input.projectId' });
  });
});
