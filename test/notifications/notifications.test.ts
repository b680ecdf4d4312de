import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Frames } from '../events/frames.ts';
import { settledLog } from '../events/support.ts';
import { openToAll, profileOf, send } from '../messaging/support.ts';
import { createClient, createPart, createProfile, createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { createTask } from '../tasks/support.ts';

const server = await world();
let company: Company;
let manager: Member;
let member: Member;
let colleague: Member;
let projectId: string;

beforeAll(async () => {
  company = await server.company();
  [manager, member, colleague] = await Promise.all([
    company.as('MANAGER'),
    company.as('MEMBER'),
    company.member('MEMBER'),
  ]);
  projectId = await createProject(manager, { name: 'Portal' });
});

const fields = 'id type title message link occurrences readAt metadata actor { id } aboutTask { name }';
const list = `{ notifications(where: { readAt: { isNull: true } }) { totalCount nodes { ${fields} } } unreadNotificationCount }`;

async function unreadOf(who: Member) {
  const { notifications, unreadNotificationCount } = await who.ok(list);
  expect(notifications.totalCount).toBe(unreadNotificationCount);
  return notifications.nodes;
}

const told = async (who: Member): Promise<string[]> =>
  (await unreadOf(who)).map(({ title, message }: { title: string; message: string }) => `${title}: ${message}`);

beforeEach(async () => {
  for (const who of [manager, member, colleague]) await run(who, 'markAllNotificationsRead', {}, 'markedCount');
});

describe('a notification', () => {
  it('tells the assignee of a task, never the person who assigns it, and is read in one statement', async () => {
    const assigneeId = profileOf(member);
    const taskId = await createTask(manager, { projectId, name: 'Wireframes', assigneeId });
    await createTask(member, { projectId, name: 'Own', assigneeId });
    const [first, ...others] = await unreadOf(member);
    expect(others).toEqual([]);
    expect(first).toEqual({
      ...{ id: expect.any(String), type: 'TASK_ASSIGNED', title: 'A task was assigned to you', message: 'Wireframes' },
      ...{ link: `/tasks/${taskId.slice('Task:'.length)}`, occurrences: 1, readAt: null },
      ...{ metadata: { event: 'task.assigned' }, actor: { id: profileOf(manager) }, aboutTask: { name: 'Wireframes' } },
    });
    expect(await unreadOf(manager)).toEqual([]);
    for (const query of ['{ unreadNotificationCount }', `{ notifications { totalCount nodes { ${fields} } } }`]) {
      const { statements, errors } = await member.graphql(query);
      expect(errors).toEqual([]);
      expect(statements).toHaveLength(1);
    }
  });

  it('is sent in the packet of the change, also by an upsert and by bulk mutations', async () => {
    const assigneeId = profileOf(member);
    const rows = [1, 2, 3].map((n) => ({ projectId, name: `Upserted ${n}`, externalReference: `u-${n}`, assigneeId }));
    const { results } = await run(manager, 'upsertTasks', { rows }, 'results { status }');
    expect(results).toHaveLength(3);
    expect(await told(member)).toHaveLength(3);
    expect(await run(manager, 'upsertTasks', { rows }, 'results { status }')).toEqual({
      results: Array(3).fill({ status: 'UNCHANGED' }),
    });
    expect(await told(member)).toHaveLength(3);
    const where = { name: { contains: 'upserted' } };
    const change = { assigneeId: profileOf(colleague) };
    expect(await run(manager, 'updateTasksWhere', { where, change }, 'count')).toEqual({ count: 3 });
    expect(await told(colleague)).toHaveLength(3);
  });

  it('is not written if the change fails', async () => {
    const assigneeId = profileOf(member);
    const input = { projectId, name: 'Twice', externalReference: 'twice', assigneeId };
    await createTask(manager, input);
    expect(await run(manager, 'createTask', input)).toMatchObject({ code: 'ALREADY_EXISTS' });
    expect(await told(member)).toEqual(['A task was assigned to you: Twice']);
  });

  it('adds to an unread notification of the same kind, and makes a new one after it was read', async () => {
    const channelId = await openToAll(manager, 'News');
    const mentionIds = [profileOf(member), profileOf(manager)];
    for (const text of ['one', 'two', 'three']) await send(manager, channelId, text, { mentionIds });
    const edited = await send(colleague, channelId, 'no mention');
    await run(colleague, 'editMessage', { id: edited, content: 'a mention', mentionIds });
    const [mention, ...others] = await unreadOf(member);
    expect(others).toEqual([]);
    expect(mention).toMatchObject({ type: 'MENTION', message: 'News', occurrences: 4 });
    expect(mention.link).toBe(`/messages/${edited.slice('Message:'.length)}`);
    expect(await unreadOf(manager)).toMatchObject([{ occurrences: 1, actor: { id: profileOf(colleague) } }]);
    await settledLog(company);
    const log = 'query ($id: ID!) { events(where: { resource: $id }) { nodes { action before } } }';
    const { nodes } = (await member.ok(log, { id: mention.id })).events;
    expect(nodes.map(({ before }: { before: { occurrences: number } | null }) => before?.occurrences)).toEqual([
      ...[undefined, 1, 2, 3],
    ]);
    await run(member, 'markNotificationsRead', { ids: [mention.id] }, 'notifications { readAt }');
    await send(manager, channelId, 'four', { mentionIds });
    expect(await unreadOf(member)).toMatchObject([{ occurrences: 1 }]);
  });

  it('tells creator, assignee and watchers when a task is finished, but not whoever finishes it', async () => {
    const taskId = await createTask(manager, { projectId, name: 'Deploy', assigneeId: profileOf(member) });
    await run(manager, 'createTaskMember', { taskId, profileId: profileOf(colleague), role: 'WATCHER' });
    await run(member, 'markAllNotificationsRead', {}, 'markedCount');
    await run(member, 'moveTask', { id: taskId, status: 'DONE' });
    const done = ['A task was finished: Deploy'];
    expect([await told(manager), await told(member), await told(colleague)]).toEqual([done, [], done]);
  });

  it('tells of the status of projects, of assignments to them, and of milestones', async () => {
    const id = await createProject(manager, { name: 'Relaunch', managerId: profileOf(manager) });
    for (const who of [member, colleague])
      await createPart(manager, 'ProjectAssignment', {
        ...{ projectId: id, profileId: profileOf(who), allocationPercent: 1 },
        ...(who === colleague && { fromDate: '2025-01-01', toDate: '2025-01-31' }),
      });
    const dates = { startDate: '2026-01-01', dueDate: '2026-12-31' };
    const milestone = { projectId: id, name: 'Beta', progressMode: 'MANUAL', ...dates };
    const { milestone: made } = await run(member, 'createMilestone', milestone, 'milestone { id }');
    await run(manager, 'updateMilestone', { id: made.id, progress: 100 });
    await run(manager, 'updateProject', { id, status: 'COMPLETED' });
    const assigned = 'You were assigned to a project: Relaunch';
    expect(await told(member)).toEqual([
      ...['The status of a project changed: Relaunch', 'A milestone was reached: Beta', assigned],
    ]);
    expect(await told(colleague)).toEqual([assigned]);
    expect(await told(manager)).toEqual([]);
  });

  it('tells of a duplicated project, not of each of its tasks', async () => {
    const original = await createProject(manager, { name: 'Original' });
    const assignment = { projectId: original, profileId: profileOf(member), allocationPercent: 1 };
    await createPart(manager, 'ProjectAssignment', assignment);
    const tasks = ['One', 'Two'];
    for (const name of tasks) {
      const taskId = await createTask(manager, { projectId: original, name, assigneeId: profileOf(member) });
      await run(manager, 'createTaskMember', { taskId, profileId: profileOf(colleague), role: 'ASSIGNEE' });
    }
    for (const who of [member, colleague]) await run(who, 'markAllNotificationsRead', {}, 'markedCount');
    const copy = { projectId: original, name: 'Copy', startDate: '2026-02-02', withPeople: true };
    const { project } = await run(manager, 'duplicateProject', copy, 'project { tasks { nodes { assignee { id } } } }');
    expect(project.tasks.nodes).toEqual(tasks.map(() => ({ assignee: { id: profileOf(member) } })));
    expect(await told(member)).toEqual(['You were assigned to a project: Copy']);
    expect(await told(colleague)).toEqual([]);
  });

  it('tells of what waits for approval and of what was decided', async () => {
    await run(manager, 'updateProfile', { id: profileOf(member), managerId: profileOf(manager) });
    const { timesheet } = await run(member, 'submitTimesheet', { day: '2025-01-06' }, 'timesheet { id }');
    expect(await told(manager)).toEqual(['A week waits for approval: 2025-01-06']);
    await run(manager, 'rejectTimesheet', { id: timesheet.id, note: 'Incomplete' });
    const { leaveType } = await run(manager, 'createLeaveType', { name: 'Rest', kind: 'OTHER' }, 'leaveType { id }');
    const days = { typeId: leaveType.id, fromDate: '2026-12-07', toDate: '2026-12-08' };
    const { leaveRequest } = await run(member, 'createLeaveRequest', days, 'leaveRequest { id }');
    await run(member, 'requestLeaveRequest', { id: leaveRequest.id });
    await run(manager, 'approveLeaveRequest', { id: leaveRequest.id });
    expect(await told(manager)).toEqual([
      ...['Leave waits for approval: 2026-12-07 – 2026-12-08', 'A week waits for approval: 2025-01-06'],
    ]);
    expect(await told(member)).toEqual([
      ...['Your leave was approved: 2026-12-07 – 2026-12-08', 'Your week was rejected: 2025-01-06'],
    ]);
  });

  it('is hidden with its object, from lists, counts, ids, marks and subscriptions, and deleted with it', async () => {
    const hidden = await createProject(manager, { name: 'Secret', visibility: 'MEMBERS' });
    const contact = await company.as('CLIENT');
    const shown = await createClient(manager, { name: 'Umbrella', contactId: profileOf(contact) });
    const theirs = await createProject(manager, { name: 'Theirs', clientId: shown });
    const frames = await follow(member, '');
    await frames.next();
    const channels = `query ($id: ID!) { node(id: $id) { ... on Project { channel { id } } } }`;
    const mentionIds = [profileOf(member), profileOf(contact)];
    const { node } = await manager.ok(channels, { id: hidden });
    await send(manager, node.channel.id, 'a secret', { mentionIds });
    expect([await unreadOf(member), await unreadOf(contact)]).toEqual([[], []]);
    const { assignment } = await createAssignment(hidden);
    // The mention too, if its event was not read before the assignment
    const { added } = (await frames.next()).data.notificationAdded;
    expect(added).toContainEqual(expect.objectContaining({ title: 'You were assigned to a project' }));
    const [assigned, mention] = await unreadOf(member);
    expect([assigned.message, mention.message]).toEqual(['Secret', 'Secret']);
    await run(manager, 'deleteProjectAssignment', { id: assignment }, 'deletedId');
    expect(await unreadOf(member)).toEqual([]);
    const refused = { code: 'NOT_FOUND', field: 'input.ids.0' };
    expect(await run(member, 'markNotificationsRead', { ids: [mention.id] })).toMatchObject(refused);
    expect((await member.ok('query ($id: ID!) { node(id: $id) { id } }', { id: mention.id })).node).toBeNull();
    await frames.close();

    await createTask(manager, { projectId: theirs, name: 'Gone', assigneeId: profileOf(member) });
    const [before] = await unreadOf(member);
    await run(manager, 'deleteProject', { id: theirs }, 'deletedId');
    await run(manager, 'restoreProject', { id: theirs }, '__typename');
    expect(await unreadOf(member)).toEqual([]);
    await settledLog(company);
    const log = 'query ($id: ID!) { events(where: { resource: $id }) { nodes { action } } }';
    const { nodes } = (await member.ok(log, { id: before.id })).events;
    expect(nodes.map(({ action }: { action: string }) => action)).toEqual([
      ...['notification.added', 'notification.deleted'],
    ]);
  });

  it('is its person’s own: nobody else reads it, its events or its marks', async () => {
    await createTask(member, { projectId, name: 'Private', assigneeId: profileOf(colleague) });
    const [own] = await unreadOf(colleague);
    const owner = await company.as('OWNER');
    const refused = { code: 'NOT_FOUND', field: 'input.ids.0' };
    expect(await run(owner, 'markNotificationsRead', { ids: [own.id] })).toMatchObject(refused);
    await settledLog(company);
    const log = 'query ($id: ID!) { events(where: { resource: $id }) { totalCount } }';
    expect((await owner.ok(log, { id: own.id })).events.totalCount).toBe(0);
    const mine = 'query ($id: ID!) { node(id: $id) { ... on Notification { aboutTask { id } } } }';
    const { node } = await colleague.ok(mine, { id: own.id });
    const count = async (where: object): Promise<number> => {
      const query = 'query ($where: EventFilter!) { events(where: $where) { totalCount } }';
      return (await colleague.ok(query, { where })).events.totalCount;
    };
    const assigned = await createProject(manager);
    await createPart(manager, 'ProjectAssignment', {
      ...{ projectId: assigned, profileId: profileOf(colleague), allocationPercent: 1 },
    });
    await settledLog(company);
    for (const activityOf of [node.aboutTask.id, projectId, assigned]) {
      expect(await count({ activityOf })).toBeGreaterThan(0);
      expect(await count({ activityOf, resourceType: { eq: 'Notification' } })).toBe(0);
    }
  });

  it('is for members only: people without an account, and people who left, have none', async () => {
    const nobody = await createProfile(manager);
    await createTask(manager, { projectId, name: 'For nobody', assigneeId: nobody });
    const count = 'select count(*)::int as count from notifications where profile_id = $1';
    const rows = await company.world.app.binding.write(company.tenant, (tx) =>
      tx.run(count, [nobody.slice('Profile:'.length)]),
    );
    expect(rows[0]).toEqual([0]);
  });
});

describe('marking as read', () => {
  it('marks 500 of the oldest at once, up to a time, and says whether there are more', async () => {
    const at = (n: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString();
    await company.world.app.binding.write(company.tenant, (tx) =>
      tx.run(
        `insert into notifications (id, profile_id, type, title, group_key, happened_at)
        select gen_random_uuid(), $1::uuid, 'SYSTEM', 'Notice', n::text, $2::timestamptz + make_interval(secs => n)
        from generate_series(1, 505) as n`,
        [colleague.profileId, at(0)],
      ),
    );
    const mark = (input: object) => run(colleague, 'markAllNotificationsRead', input, 'markedCount hasMore');
    expect(await mark({ until: at(2) })).toEqual({ markedCount: 2, hasMore: false });
    expect(await mark({})).toEqual({ markedCount: 500, hasMore: true });
    expect(await mark({})).toEqual({ markedCount: 3, hasMore: false });
    expect(await mark({})).toEqual({ markedCount: 0, hasMore: false });
    await createTask(manager, { projectId, name: 'Later', assigneeId: profileOf(colleague) });
    const [later] = await unreadOf(colleague);
    await run(colleague, 'markNotificationsRead', { ids: [later.id], until: at(1) }, 'notifications { id }');
    expect(await unreadOf(colleague)).toHaveLength(1);
    const ids = Array.from({ length: 501 }, () => `Notification:${crypto.randomUUID()}`);
    expect(await run(colleague, 'markNotificationsRead', { ids })).toMatchObject({ code: 'BAD_INPUT' });
  });
});

describe('a preference', () => {
  it('turns the notifications of a type off for one person, and on again', async () => {
    const choose = (enabled: boolean) =>
      run(
        member,
        'setNotificationPreference',
        { type: 'TASK_ASSIGNED', medium: 'IN_APP', enabled },
        'notificationPreference { type medium enabled } lastEventId',
      );
    const assignees = [profileOf(member), profileOf(colleague)];
    const assign = async (name: string) => {
      for (const assigneeId of assignees) await createTask(manager, { projectId, name, assigneeId });
    };
    const off = { notificationPreference: { type: 'TASK_ASSIGNED', medium: 'IN_APP', enabled: false } };
    expect(await choose(false)).toMatchObject({ ...off, lastEventId: expect.any(String) });
    expect(await choose(false)).toMatchObject({ ...off, lastEventId: null });
    await assign('Off');
    expect([await told(member), await told(colleague)]).toEqual([[], ['A task was assigned to you: Off']]);
    await choose(true);
    await assign('On');
    expect(await told(member)).toEqual(['A task was assigned to you: On']);
    const preferences = '{ notificationPreferences { totalCount } }';
    expect((await colleague.ok(preferences)).notificationPreferences.totalCount).toBe(0);
    expect((await member.ok(preferences)).notificationPreferences.totalCount).toBe(1);
    await Promise.all([1, 2, 3, 4].map(() => choose(true)));
    expect((await member.ok(preferences)).notificationPreferences.totalCount).toBe(1);
  });
});

async function follow(who: Member, after: string): Promise<Frames> {
  await settledLog(company);
  const query = `subscription { notificationAdded${after} { added { title } cursor } }`;
  return await Frames.open(server.yoga, who.headers, { query });
}

async function createAssignment(hidden: string): Promise<{ assignment: string }> {
  const input = { projectId: hidden, profileId: profileOf(member), allocationPercent: 1 };
  return { assignment: await createPart(manager, 'ProjectAssignment', input) };
}
