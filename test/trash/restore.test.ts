import { beforeAll, describe, expect, it } from 'vitest';
import { maintainTenants } from '../../src/fleet/maintain/maintain-tenants.ts';
import { createMilestone, readProgress } from '../milestones/support.ts';
import { createClient, createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { createTask, readBoard } from '../tasks/support.ts';
import { recordTime } from '../time/support.ts';
import { fillProject } from './support.ts';

const uuidOf = (id: string): string => id.slice(id.indexOf(':') + 1);

describe('restoring', async () => {
  const server = await world();
  let company: Company;
  let owner: Member;
  let member: Member;
  beforeAll(async () => {
    company = await server.company();
    [owner, member] = [await company.as('OWNER'), await company.as('MEMBER')];
  });

  const trashOf = async (who: Member): Promise<string[]> =>
    (await who.ok('{ trash(first: 100) { nodes { resourceId } } }')).trash.nodes.map(
      ({ resourceId }: { resourceId: string }) => resourceId,
    );

  it('puts a card back in its place, or at the end of its column if the cards were reordered meanwhile', async () => {
    const projectId = await createProject(owner);
    const cards: string[] = [];
    for (const name of ['One', 'Two', 'Three']) cards.push(await createTask(member, { projectId, name }));
    const [one, two, three] = cards as [string, string, string];
    await run(member, 'deleteTask', { id: two });
    await run(member, 'restoreTask', { id: two });
    expect((await readBoard(member, uuidOf(projectId))).TODO).toEqual([one, two, three]);
    await run(member, 'deleteTask', { id: two });
    // Cards between two others until no short rank is left there
    const between = await Promise.all(['a', 'b'].map((name) => createTask(member, { projectId, name })));
    let spread = false;
    for (let at = 0; !spread && at < 400; at++) {
      await run(member, 'moveTask', { id: between[at % 2], afterId: one });
      const where = { resource: projectId, action: { eq: 'board.spread' } };
      if (at % 20 === 19)
        spread =
          (await member.ok('query ($where: EventFilter) { events(where: $where) { nodes { action } } }', { where }))
            .events.nodes.length > 0;
    }
    expect(spread).toBe(true);
    await run(member, 'restoreTask', { id: two });
    expect((await readBoard(member, uuidOf(projectId))).TODO?.at(-1)).toBe(two);
  });

  it('is for the creator of a task and those with task:delete; a personal task is its owner’s alone', async () => {
    const projectId = await createProject(owner);
    const other = await company.member('MEMBER');
    const [shared, personal] = [
      await createTask(member, { projectId, name: 'Shared' }),
      await createTask(member, { name: 'Mine alone' }),
    ];
    for (const id of [shared, personal]) await run(member, 'deleteTask', { id });
    expect(await trashOf(owner)).not.toContain(personal);
    expect(await run(owner, 'restoreTask', { id: personal })).toMatchObject({ code: 'NOT_FOUND' });
    expect(await run(other, 'restoreTask', { id: shared })).toMatchObject({ code: 'FORBIDDEN' });
    expect(await trashOf(member)).toEqual(expect.arrayContaining([shared, personal]));
    expect(await run(owner, 'restoreTask', { id: shared }, 'task { id }')).toEqual({ task: { id: shared } });
    expect(await run(member, 'restoreTask', { id: personal }, 'task { id }')).toEqual({ task: { id: personal } });
    const wrong = await createClient(owner);
    await run(owner, 'deleteClient', { id: wrong });
    const task = `Task:${uuidOf(wrong)}`;
    expect(await run(owner, 'restoreTask', { id: task })).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('waits for what the object belongs to', async () => {
    const clientId = await createClient(owner);
    const projectId = await createProject(owner, { clientId });
    const taskId = await createTask(member, { projectId, name: 'Work' });
    await run(owner, 'deleteTask', { id: taskId });
    await run(owner, 'deleteProject', { id: projectId });
    await run(owner, 'deleteClient', { id: clientId });
    expect(await run(owner, 'restoreTask', { id: taskId })).toMatchObject({
      ...{ code: 'INVALID_STATE', field: 'input.id', missing: 'Project' },
    });
    expect(await run(owner, 'restoreProject', { id: projectId })).toMatchObject({
      ...{ code: 'INVALID_STATE', missing: 'Client' },
    });
    for (const [name, id] of [
      ['Client', clientId],
      ['Project', projectId],
      ['Task', taskId],
    ])
      expect(await run(owner, `restore${name}`, { id: id! }, 'lastEventId')).toEqual({
        lastEventId: expect.any(String),
      });
  });

  it('is refused while another object has its name or key', async () => {
    const projectId = await createProject(owner, { name: 'Tower' });
    await run(owner, 'deleteProject', { id: projectId });
    const second = await createProject(owner, { name: 'tower' });
    expect(await run(owner, 'restoreProject', { id: projectId })).toMatchObject({
      ...{ code: 'ALREADY_EXISTS', field: 'input.id' },
    });
    await run(owner, 'updateProject', { id: second, name: 'Bridge' });
    expect(await run(owner, 'restoreProject', { id: projectId }, 'project { name }')).toEqual({
      project: { name: 'Tower' },
    });
  });

  it('into a closed project needs project:write', async () => {
    const projectId = await createProject(owner);
    const id = await createTask(member, { projectId, name: 'Work' });
    await run(member, 'deleteTask', { id });
    await run(owner, 'updateProject', { id: projectId, status: 'COMPLETED' });
    expect(await run(member, 'restoreTask', { id })).toMatchObject({ code: 'INVALID_STATE', status: 'COMPLETED' });
    expect(await run(owner, 'restoreTask', { id }, 'task { id }')).toEqual({ task: { id } });
  });

  it('leaves out what has no place any more, and says so', async () => {
    const { taskId, milestoneId, timeId } = await fillProject(owner, member);
    await run(owner, 'deleteTask', { id: taskId });
    // The milestone is gone, and the hours are of another project now
    await run(owner, 'deleteMilestone', { id: milestoneId });
    const other = await createProject(owner);
    await run(member, 'updateTimeEntry', { id: timeId, projectId: other });
    const { warnings } = await run(owner, 'restoreTask', { id: taskId }, 'warnings { code count }');
    expect(warnings).toEqual([{ code: 'PARTS_NOT_RESTORED', count: 2 }]);
    const { node } = await owner.ok('query ($id: ID!) { node(id: $id) { ... on TimeEntry { task { id } } } }', {
      id: timeId,
    });
    expect(node.task).toBeNull();
    expect(await run(owner, 'restoreMilestone', { id: milestoneId }, 'milestone { progress }')).toEqual({
      milestone: { progress: 0 },
    });
  });

  it('leaves out dependencies that would close a cycle', async () => {
    const projectId = await createProject(owner);
    const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((name) => createTask(member, { projectId, name })));
    await run(member, 'addTaskDependency', { taskId: a, dependsOnId: b });
    await run(member, 'addTaskDependency', { taskId: b, dependsOnId: c });
    await run(member, 'deleteTask', { id: b });
    await run(member, 'addTaskDependency', { taskId: c, dependsOnId: a });
    const selection = 'task { dependsOn { totalCount } blocks { totalCount } } warnings { code count }';
    expect(await run(member, 'restoreTask', { id: b }, selection)).toEqual({
      task: { dependsOn: { totalCount: 0 }, blocks: { totalCount: 1 } },
      warnings: [{ code: 'PARTS_NOT_RESTORED', count: 1 }],
    });
  });

  it('counts a task in its milestone again', async () => {
    const projectId = await createProject(owner);
    const milestoneId = await createMilestone(owner, { projectId });
    const [done, open] = [
      await createTask(member, { projectId, name: 'Done', status: 'DONE' }),
      await createTask(member, { projectId, name: 'Open' }),
    ];
    for (const taskId of [done, open]) await run(owner, 'setMilestoneTask', { milestoneId, taskId });
    await run(owner, 'deleteTask', { id: open });
    expect(await readProgress(owner, milestoneId)).toBe(100);
    await run(owner, 'restoreTask', { id: open });
    expect(await readProgress(owner, milestoneId)).toBe(50);
  });

  it('fails when a day has no room for the hours any more', async () => {
    const [projectId, other] = [await createProject(owner), await createProject(owner)];
    const workDate = '2026-04-07';
    await recordTime(member, { projectId, hours: '20', workDate });
    await run(owner, 'deleteProject', { id: projectId });
    const id = await recordTime(member, { projectId: other, hours: '8', workDate });
    expect(await run(owner, 'restoreProject', { id: projectId })).toMatchObject({
      ...{ code: 'DAY_LIMIT', field: 'input.id' },
    });
    await run(member, 'deleteTimeEntry', { id });
    expect(await run(owner, 'restoreProject', { id: projectId }, 'project { id }')).toEqual({
      project: { id: projectId },
    });
  });

  it('is possible for as many days as the organization has set', async () => {
    const projectId = await createProject(owner);
    const id = await createTask(member, { projectId, name: 'Old' });
    await run(member, 'deleteTask', { id });
    const after = (days: number) => () => new Date(Date.now() + days * 86_400_000);
    const maintain = async (days: number) =>
      (await maintainTenants(server.app.fleet, { clock: after(days), only: company.tenant.slug })).maintained[0]?.pruned
        .trash;
    await run(owner, 'updateTenantSettings', { trashDays: 40 });
    expect(await maintain(39)).toBe(0);
    await run(owner, 'updateTenantSettings', { trashDays: null });
    expect(await maintain(29)).toBe(0);
    expect(await maintain(31)).toBeGreaterThan(0);
    expect(await trashOf(member)).toEqual([]);
    expect(await run(member, 'restoreTask', { id })).toMatchObject({ code: 'NOT_FOUND' });
    expect(await run(owner, 'updateTenantSettings', { trashDays: 0 })).toMatchObject({ code: 'BAD_INPUT' });
  });
});
