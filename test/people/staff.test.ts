import { beforeAll, describe, expect, it } from 'vitest';
import { fromDayNumber, toDayNumber } from '../../src/lib/days.ts';
import { leaveProfile } from '../../src/modules/people/leave-profile.ts';
import { importInto, scratchFolder } from '../imports/support.ts';
import { createClient, createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { createTask } from '../tasks/support.ts';

const milestone = { name: 'M', startDate: '2026-06-01', dueDate: '2026-06-30' };
const today = new Date().toISOString().slice(0, 10);
const lastMonth = fromDayNumber(toDayNumber(today) - 35);
const dayAfter = fromDayNumber(toDayNumber(today) + 2);

const mapping = (part: string) => `
name: clock
file: { format: json-lines }
project: { reference: 'clock:{project}', name: 'Imported {project}' }
person: { reference: 'person:{who}', firstName: '{who}' }
${part}
`;

describe('a person who does not work here', async () => {
  const server = await world();
  const folder = await scratchFolder();
  let company: Company;
  let manager: Member;
  let leaver: Member;
  let projectId: string;
  let clientId: string;
  const people: Record<string, string> = {};

  const leave = ({ user }: Member) =>
    server.app.binding.write(company.tenant, (tx) => leaveProfile(tx, { userId: user.id }));

  beforeAll(async () => {
    company = await server.company();
    manager = await company.as('MANAGER');
    leaver = await company.as('MEMBER');
    const contact = await company.as('CLIENT');
    clientId = await createClient(manager, { contactId: `Profile:${contact.profileId}` });
    projectId = await createProject(manager, { clientId });
    people.left = `Profile:${leaver.profileId}`;
    people.contact = `Profile:${contact.profileId}`;
    await run(manager, 'updateProfile', { id: people.left, externalReference: 'person:left' });
    await run(manager, 'updateProfile', { id: people.contact, externalReference: 'person:contact' });
    await leave(leaver);
  });

  describe.each(['left', 'contact'])('%s', (who) => {
    const refusals = async (): Promise<[name: string, input: object, field: string][]> => {
      const profileId = people[who];
      const taskId = await createTask(manager, { projectId, name: 'Free' });
      const { milestone: made } = await run(
        manager,
        'createMilestone',
        { projectId, ...milestone },
        'milestone { id }',
      );
      const entry = { profileId, projectId, workDate: dayAfter, hours: '1' };
      return [
        ['createTask', { projectId, name: 'New', assigneeId: profileId }, 'input.assigneeId'],
        ['createTask', { type: 'PERSONAL', name: 'New', assigneeId: profileId }, 'input.assigneeId'],
        ['createTasks', { tasks: [{ projectId, name: 'New', assigneeId: profileId }] }, 'input.tasks.0.assigneeId'],
        ['updateTask', { id: taskId, assigneeId: profileId }, 'input.assigneeId'],
        ['updateTasks', { tasks: [{ id: taskId, assigneeId: profileId }] }, 'input.tasks.0.assigneeId'],
        ['addMilestoneAssignee', { milestoneId: made.id, profileId }, 'input.profileId'],
        ['createProjectAssignment', { projectId, profileId }, 'input.profileId'],
        ['updateProject', { id: projectId, managerId: profileId }, 'input.managerId'],
        ['createTimeEntry', entry, 'input.profileId'],
        ['importTimeEntries', { source: 'x', entries: [entry] }, 'input.entries.0.profileId'],
      ];
    };

    it('cannot be assigned, booked or recorded for', async () => {
      for (const [name, input, field] of await refusals())
        expect(await run(manager, name, input), name).toMatchObject({ code: 'INVALID_STATE', field });
    });

    it('is an invalid row in imports', async () => {
      const line = JSON.stringify({ id: `${who}1`, project: 1, who, day: dayAfter, hours: '4', name: 'Weld' });
      const time = mapping("time: { reference: 't:{id}', person: '{who}', day: '{day}', hours: '{hours}' }");
      const task = mapping("task: { reference: 'k:{id}', name: '{name}', assignee: '{who}' }");
      for (const [kind, map] of [
        ['time', time],
        ['tasks', task],
      ] as const) {
        const file = await folder.write(`${who}-${kind}.jsonl`, line);
        const { skipped } = await importInto(company, kind, file, map, { onError: 'skip' });
        expect(skipped).toMatchObject([
          { line: 1, reason: expect.stringMatching(/the person (left on|belongs to a client)/) },
        ]);
      }
    });
  });

  it('may have time recorded up to the day of leaving, and keeps former tasks', async () => {
    const entry = { profileId: people.left, projectId, workDate: lastMonth, hours: '1' };
    expect(await run(manager, 'createTimeEntry', entry)).toEqual({ lastEventId: expect.any(String) });
    const someone = await company.member('MEMBER');
    const assigneeId = `Profile:${someone.profileId}`;
    const id = await createTask(manager, { projectId, name: 'Theirs', assigneeId });
    await leave(someone);
    const change = { id, name: 'Still theirs', assigneeId, status: 'DONE' };
    expect(await run(manager, 'updateTask', change, 'task { assignee { id } }')).toEqual({
      task: { assignee: { id: assigneeId } },
    });
  });

  it('does CLIENT tasks of the projects that they see, and nothing else', async () => {
    const task = { type: 'CLIENT', name: 'Sign', assigneeId: people.contact };
    const id = await createTask(manager, { ...task, projectId });
    expect(id).toMatch(/^Task:/);
    const other = await createProject(manager);
    const refused = { code: 'INVALID_STATE', field: 'input.assigneeId' };
    expect(await run(manager, 'createTask', { ...task, projectId: other })).toMatchObject(refused);
    expect(await run(manager, 'updateTask', { id, type: 'PROJECT' })).toMatchObject(refused);
    expect(await run(manager, 'updateTask', { id, projectId: other })).toMatchObject(refused);
  });

  it('is a CLIENT member who is nobody’s contact, until they get another role', async () => {
    const [owner, someone] = [await company.as('OWNER'), await company.member('CLIENT')];
    const task = { projectId, name: 'Theirs', assigneeId: `Profile:${someone.profileId}` };
    const refused = { code: 'INVALID_STATE', field: 'input.assigneeId' };
    expect(await run(manager, 'createTask', task)).toMatchObject(refused);
    expect(await run(manager, 'createTask', { ...task, type: 'CLIENT' })).toMatchObject(refused);
    await run(manager, 'updateProfile', { id: task.assigneeId, externalReference: 'person:guest' });
    const file = await folder.write(
      'guest.jsonl',
      JSON.stringify({ id: 'guest', project: 1, who: 'guest', name: 'Weld' }),
    );
    const map = mapping("task: { reference: 'k:{id}', name: '{name}', assignee: '{who}' }");
    const { skipped } = await importInto(company, 'tasks', file, map, { onError: 'skip' });
    expect(skipped).toMatchObject([{ line: 1, reason: expect.stringContaining('the person belongs to a client') }]);
    const { members } = await owner.ok('{ members(first: 100) { nodes { id user { email } } } }');
    const { id } = members.nodes.find(({ user }: { user: { email: string } }) => user.email === someone.user.email);
    await run(owner, 'changeMemberRole', { memberId: id, role: 'CONSULTANT' }, 'member { role }');
    expect(await createTask(manager, task)).toMatch(/^Task:/);
    await run(owner, 'changeMemberRole', { memberId: id, role: 'CLIENT' }, 'member { role }');
    expect(await run(manager, 'createTask', task)).toMatchObject(refused);
  });

  it('is named with their open tasks by the removal', async () => {
    const [owner, someone] = [await company.as('OWNER'), await company.member('MEMBER')];
    const assigneeId = `Profile:${someone.profileId}`;
    const open = await createTask(manager, { projectId, name: 'Open', assigneeId });
    await createTask(manager, { projectId, name: 'Done', assigneeId, status: 'DONE' });
    await createTask(someone, { name: 'Private' });
    const { members } = await owner.ok('{ members(first: 100) { nodes { id user { email } } } }');
    const member = members.nodes.find(({ user }: { user: { email: string } }) => user.email === someone.user.email);
    const removed = await run(
      owner,
      'removeMember',
      { memberId: member.id },
      'memberId openTasks(first: 10) { totalCount nodes { id name assignee { id leftAt } } }',
    );
    const assignee = { id: assigneeId, leftAt: expect.any(String) };
    expect(removed).toEqual({
      memberId: member.id,
      openTasks: { totalCount: 1, nodes: [{ id: open, name: 'Open', assignee }] },
    });
  });

  it('gives their open tasks to another person in the removal', async () => {
    const [owner, someone] = [await company.as('OWNER'), await company.member('MEMBER')];
    const [successor, contact] = [await company.member('CONSULTANT'), people.contact];
    const successorId = `Profile:${successor.profileId}`;
    await run(manager, 'updateProfile', { id: successorId, externalReference: 'person:successor' });
    const assigneeId = `Profile:${someone.profileId}`;
    const open = await createTask(manager, { projectId, name: 'Open', assigneeId });
    const done = await createTask(manager, { projectId, name: 'Done', assigneeId, status: 'DONE' });
    const own = await createTask(someone, { name: 'Private' });
    const { members } = await owner.ok('{ members(first: 100) { nodes { id user { email } } } }');
    const { id: memberId } = members.nodes.find(
      ({ user }: { user: { email: string } }) => user.email === someone.user.email,
    );
    const remove = (reassignTo?: string) =>
      run(owner, 'removeMember', { memberId, reassignTo }, 'reassignedTasks openTasks(first: 10) { totalCount }');
    const field = 'input.reassignTo';
    expect(await remove(contact)).toMatchObject({ code: 'INVALID_STATE', field });
    expect(await remove(assigneeId)).toMatchObject({ code: 'BAD_INPUT', field });
    const stranger = await (await server.company()).member('MEMBER');
    for (const id of [`Profile:${stranger.profileId}`, 'Profile:ref:person:nobody', open])
      expect(await remove(id), id).toMatchObject({ code: 'NOT_FOUND', field });
    expect(await remove('Profile:ref:person:successor')).toEqual({ reassignedTasks: 1, openTasks: { totalCount: 0 } });
    const { nodes } = await owner.ok(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Task { assignee { id } version } } }',
      { ids: [open, done, own] },
    );
    expect(nodes).toEqual([
      { assignee: { id: successorId }, version: 2 },
      { assignee: { id: assigneeId }, version: 1 },
      null,
    ]);
  });

  it('has no running timer: it ends when they leave, with its time', async () => {
    const someone = await company.member('MEMBER');
    const startedAt = new Date(Date.now() - 360_000).toISOString();
    await run(someone, 'startTimer', { projectId, startedAt });
    await leave(someone);
    const { runningTimers, timeEntries } = await manager.ok(
      `query ($who: ID!) {
        runningTimers(where: { profileId: { eq: $who } }) { totalCount }
        timeEntries(where: { profileId: { eq: $who } }) { nodes { hours source } }
      }`,
      { who: `Profile:${someone.profileId}` },
    );
    expect(runningTimers.totalCount).toBe(0);
    expect(timeEntries.nodes).toEqual([{ hours: '0.1', source: 'timer' }]);
  });

  it.each([
    ['stopTimer', 1],
    ['discardTimer', 0],
  ])('%s ends anybody’s timer with time:write-all', async (name, entries) => {
    const someone = await company.member('MEMBER');
    const whose = { profileId: `Profile:${someone.profileId}` };
    await run(someone, 'startTimer', { projectId });
    expect(await run(await company.member('MEMBER'), name, whose)).toMatchObject({ code: 'FORBIDDEN' });
    expect(await run(manager, name, whose, 'deletedId')).toEqual({
      deletedId: expect.stringMatching(/^RunningTimer:/),
    });
    const own = await someone.ok(
      '{ runningTimer { id } timeEntries(where: { source: { eq: "timer" } }) { totalCount } }',
    );
    expect(own.runningTimer).toBeNull();
    const mine = await manager.ok(
      'query ($who: ID!) { timeEntries(where: { profileId: { eq: $who } }) { totalCount } }',
      {
        who: whose.profileId,
      },
    );
    expect(mine.timeEntries.totalCount).toBe(entries);
    expect(await run(manager, name, whose)).toMatchObject({ code: 'NOT_FOUND' });
  });
});
