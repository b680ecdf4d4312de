import { beforeAll, describe, expect, it } from 'vitest';
import { createPart, createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { createTask } from '../tasks/support.ts';
import { recordTime } from '../time/support.ts';
import { actions, type Entry, type Log, logPage } from './support.ts';

const everything = `{
  projects(first: 20) { nodes { id channel { id messages(first: 5) { nodes { id } } } } }
  projectPhases(first: 20) { nodes { id } }
  projectAssignments(first: 20) { nodes { id } }
  deliverables(first: 20) { nodes { id } }
  incidents(first: 20) { nodes { id } }
  milestones(first: 20) { nodes { id } }
  timeEntries(first: 20) { nodes { id task { id } } }
  runningTimers(first: 20) { nodes { id } }
  tasks(first: 20) {
    nodes { id deliverable { id } comments(first: 5) { nodes { id } } checklist(first: 5) { nodes { id } } }
  }
}`;

const followed =
  /^(Project|ProjectPhase|ProjectAssignment|Deliverable|Incident|Milestone|TimeEntry|RunningTimer|Task|TaskComment|ChecklistItem|Channel|Message):/;

/** Every id in an answer, with the tasks and deliverables that objects refer to. */
function idsIn(value: unknown, ids = new Set<string>()): Set<string> {
  if (typeof value !== 'object' || value === null) return ids;
  const { id } = value as { id?: string };
  if (id) ids.add(id);
  for (const part of Object.values(value)) idsIn(part, ids);
  return ids;
}

async function wholeLog(member: Member, where?: object): Promise<Log['edges']> {
  const edges: Entry[] = [];
  for (let after: string | null = null; ; ) {
    const { events }: { events: Log } = await member.ok(logPage, { first: 100, after, where });
    edges.push(...events.edges);
    if (!events.pageInfo.hasNextPage) return edges;
    after = events.pageInfo.endCursor;
  }
}

/** What a client knows that followed the log from its start: objects by id, with their columns. */
function follow(edges: readonly Entry[]): Map<string, Record<string, unknown>> {
  const known = new Map<string, Record<string, unknown>>();
  for (const { node } of edges) {
    const { action, resourceId, after } = node;
    if (!followed.test(resourceId)) continue;
    if (/\.(deleted|stopped|discarded)$/.test(action) && !after?.deletedAt) known.delete(resourceId);
    else known.set(resourceId, { ...known.get(resourceId), ...after });
  }
  return known;
}

describe('events of a cascading deletion', async () => {
  const server = await world();
  let company: Company;
  let owner: Member;
  let member: Member;
  beforeAll(async () => {
    company = await server.company();
    [owner, member] = [await company.as('OWNER'), await company.as('MEMBER')];
  });

  const log = async (count: (edges: readonly Entry[]) => boolean, where?: object) => {
    let edges = await wholeLog(owner, where);
    while (!count(edges)) edges = await wholeLog(owner, where);
    return edges;
  };
  const historyOf = (resource: string, last: string) =>
    log((edges) => edges.some(({ node }) => node.action === last), { resource });

  async function fill(projectId: string) {
    const deliverable = await createPart(owner, 'Deliverable', { projectId, name: 'Report' });
    const taskId = await createTask(member, { projectId, deliverableId: deliverable, name: 'Work' });
    await run(member, 'createTaskComment', { taskId, content: 'Well done' });
    await run(member, 'createChecklistItem', { taskId, name: 'First' });
    const entry = await recordTime(member, { projectId, taskId });
    await run(owner, 'createMilestone', { projectId, name: 'M', startDate: '2026-06-01', dueDate: '2026-06-30' });
    await createPart(owner, 'ProjectPhase', { projectId, name: 'P' });
    await createPart(owner, 'ProjectAssignment', {
      projectId,
      profileId: `Profile:${member.profileId}`,
      allocationPercent: 10,
    });
    await createPart(member, 'Incident', { projectId, title: 'Fire' });
    const { node } = await owner.ok('query ($id: ID!) { node(id: $id) { ... on Project { channel { id } } } }', {
      id: projectId,
    });
    await run(member, 'sendMessage', { channelId: node.channel.id, content: 'A secret' });
    return { deliverable, taskId, entry };
  }

  it('leave a log follower with the same objects as a new query', async () => {
    const [gone, kept, third] = [await createProject(owner), await createProject(owner), await createProject(owner)];
    await fill(gone);
    const { taskId, entry } = await fill(kept);
    const other = await fill(third);
    await run(member, 'startTimer', { projectId: gone });
    const moved = await createTask(member, { projectId: gone, name: 'Moved' });
    await recordTime(member, { projectId: gone, taskId: moved, workDate: '2026-03-12' });
    await run(member, 'updateTask', { id: moved, projectId: third });
    expect(await run(owner, 'deleteTask', { id: taskId }, 'deletedId')).toEqual({ deletedId: taskId });
    await run(owner, 'deleteDeliverable', { id: other.deliverable });
    expect(await run(owner, 'deleteProject', { id: gone }, 'deletedId')).toEqual({ deletedId: gone });

    const edges = await log((all) => all.some(({ node }) => node.action === 'project.deleted'));
    const known = follow(edges);
    const fresh = await owner.ok(everything);
    expect([...known.keys()].sort()).toEqual([...idsIn(fresh)].sort());
    // What is left refers to nothing that is gone
    expect(known.get(entry)).toMatchObject({ taskId: null });
    expect(known.get(other.taskId)).toMatchObject({ deliverableId: null });
    expect(fresh.timeEntries.nodes).toContainEqual({ id: entry, task: null });
    expect(JSON.stringify(edges)).not.toContain('A secret');
  });

  it('name a deleted project by its own id', async () => {
    const id = await createProject(owner);
    await run(owner, 'deleteProject', { id });
    const deleted = (await historyOf(id, 'project.deleted')).at(-1)?.node as { before?: unknown } | undefined;
    expect(deleted?.before).toMatchObject({ id });
  });

  it('keep the history of a deleted task and its parts for the people who could read it', async () => {
    const projectId = await createProject(owner);
    const id = await createTask(member, { projectId, name: 'Short' });
    const { taskComment } = await run(member, 'createTaskComment', { taskId: id, content: 'Hm' }, 'taskComment { id }');
    const secret = await createTask(member, { name: 'Mine alone' });
    await run(member, 'updateTask', { id, name: 'Shorter' });
    for (const each of [secret, id]) await run(member, 'deleteTask', { id: each });
    const history = await historyOf(id, 'task.deleted');
    expect(history.map(({ node }) => node.action)).toEqual(['task.created', 'task.updated', 'task.deleted']);
    const ofComment = await historyOf(taskComment.id, 'taskComment.deleted');
    expect(ofComment.map(({ node }) => node.action)).toEqual(['taskComment.created', 'taskComment.deleted']);
    const own = async (who: Member) => actions((await who.ok(logPage, { where: { resource: secret } })).events);
    expect(await own(member)).toEqual(['task.created', 'task.deleted']);
    expect(await own(owner)).toEqual([]);
  });

  it('include a task’s comments, checklist and time', async () => {
    const projectId = await createProject(owner);
    const id = await createTask(member, { projectId, name: 'Busy' });
    const { taskComment } = await run(member, 'createTaskComment', { taskId: id, content: 'Hm' }, 'taskComment { id }');
    await run(member, 'updateTaskComment', { id: taskComment.id, content: 'Ah' });
    const { checklistItem } = await run(
      member,
      'createChecklistItem',
      { taskId: id, name: 'One' },
      'checklistItem { id }',
    );
    await run(member, 'updateChecklistItem', { id: checklistItem.id, isDone: true });
    await run(member, 'deleteChecklistItem', { id: checklistItem.id });
    const entry = await recordTime(member, { projectId, taskId: id });
    await run(member, 'updateTimeEntry', { id: entry, hours: '2' });
    await run(owner, 'validateTimeEntries', { ids: [entry] });
    const expected = [
      'task.created',
      'taskComment.created',
      'taskComment.updated',
      'checklistItem.created',
      'checklistItem.updated',
      'checklistItem.deleted',
      'timeEntry.created',
      'timeEntry.updated',
      'timeEntry.validated',
    ];
    const edges = await log((all) => all.length >= expected.length, { activityOf: id });
    expect(edges.map(({ node }) => node.action)).toEqual(expected);
    const { errors } = await owner.graphql(logPage, { where: { activityOf: `Profile:${owner.profileId}` } });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_INPUT', field: 'activityOf' } }]);
  });

  it('tells of a project with all that was ever in it, and with nothing else', async () => {
    const [projectId, other] = [await createProject(owner), await createProject(owner)];
    const { taskId, deliverable } = await fill(projectId);
    await fill(other);
    const { taskComment } = await run(member, 'createTaskComment', { taskId, content: 'Hm' }, 'taskComment { id }');
    await run(member, 'updateTaskComment', { id: taskComment.id, content: 'Ah' });
    await run(owner, 'updateDeliverable', { id: deliverable, name: 'Longer report' });
    const short = await createTask(member, { projectId, name: 'Short' });
    await run(member, 'updateTask', { id: short, name: 'Shorter' });
    await run(member, 'deleteTask', { id: short });
    await run(owner, 'updateProject', { id: projectId, name: 'Renamed project' });
    const edges = await log((all) => all.some(({ node }) => node.action === 'project.updated'), {
      activityOf: projectId,
    });
    const told = edges.map(({ node }) => node.action);
    const expected = [
      ...['project.created', 'channel.created', 'deliverable.created', 'task.created', 'taskComment.created'],
      ...['checklistItem.created', 'timeEntry.created', 'milestone.created', 'projectPhase.created'],
      ...['projectAssignment.created', 'incident.created', 'taskComment.created', 'taskComment.updated'],
      ...['deliverable.updated', 'task.created', 'task.updated', 'task.deleted', 'project.updated', 'channel.updated'],
    ];
    expect(told.toSorted()).toEqual(expected.toSorted());
    const ofOther = await wholeLog(owner, { resource: other });
    expect(edges.map(({ cursor }) => cursor)).not.toContain(ofOther[0]!.cursor);
  });

  it('are not written when a card or a step stays in its place', async () => {
    const projectId = await createProject(owner);
    const [a, b] = [
      await createTask(member, { projectId, name: 'A' }),
      await createTask(member, { projectId, name: 'B' }),
    ];
    const nothing = { lastEventId: null, task: { version: 1 } };
    const moved = (input: object) => run(member, 'moveTask', input, 'lastEventId task { version }');
    for (const input of [{ id: b }, { id: b, status: 'TODO' }, { id: b, afterId: a }, { id: a, beforeId: b }])
      expect(await moved(input)).toEqual(nothing);
    expect(await moved({ id: a })).toMatchObject({ task: { version: 2 } });
    const item = async (name: string) =>
      (await run(member, 'createChecklistItem', { taskId: a, name }, 'checklistItem { id }')).checklistItem.id;
    const [one, two] = [await item('One'), await item('Two')];
    for (const input of [{ id: two }, { id: two, afterId: one }, { id: one, beforeId: two }])
      expect(await run(member, 'moveChecklistItem', input)).toEqual({ lastEventId: null });
  });
});
