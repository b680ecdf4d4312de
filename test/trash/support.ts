import { sql } from 'drizzle-orm';
import { createMilestone } from '../milestones/support.ts';
import { createClient, createPart, createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import type { Company, Member } from '../support/world.ts';
import { createTask } from '../tasks/support.ts';
import { recordTime } from '../time/support.ts';

export interface Filled {
  clientId: string;
  projectId: string;
  taskId: string;
  blockedId: string;
  labelId: string;
  milestoneId: string;
  deliverableId: string;
  timeId: string;
}

/** A project with parts of every type, and with references to and from one of its tasks. */
export async function fillProject(owner: Member, member: Member): Promise<Filled> {
  const clientId = await createClient(owner);
  const projectId = await createProject(owner, { clientId });
  const profileId = `Profile:${member.profileId}`;
  const deliverableId = await createPart(owner, 'Deliverable', { projectId, name: 'Report' });
  const taskId = await createTask(member, {
    projectId,
    deliverableId,
    name: 'Work',
    tags: ['a', 'b'],
    estimateDays: '1.5',
  });
  const blockedId = await createTask(member, { projectId, name: 'Later' });
  const firstId = await createTask(member, { projectId, name: 'First' });
  for (const [task, dependsOnId] of [
    [blockedId, taskId],
    [taskId, firstId],
  ])
    await run(member, 'addTaskDependency', { taskId: task, dependsOnId });
  const partId = await createTask(member, { parentId: taskId, name: 'Part' });
  const innerId = await createTask(member, { parentId: partId, name: 'Inner part', status: 'DONE' });
  for (const id of [taskId, innerId]) await run(member, 'createTaskComment', { taskId: id, content: 'Well done' });
  await run(member, 'createChecklistItem', { taskId, name: 'A step' });
  const color = '#1f6feb';
  const { label } = await run(owner, 'createLabel', { projectId, name: 'Urgent', color }, 'label { id }');
  const labelId: string = label.id;
  await run(member, 'setTaskLabels', { taskId, labelIds: [labelId] });
  for (const role of ['ASSIGNEE', 'WATCHER']) await run(owner, 'createTaskMember', { taskId, profileId, role });
  const timeId = await recordTime(member, { projectId, taskId, hours: '1.25' });
  const milestoneId = await createMilestone(owner, { projectId });
  const later = await createMilestone(owner, { projectId, name: 'Later' });
  await run(owner, 'addMilestoneDependency', { milestoneId: later, dependsOnId: milestoneId });
  await run(owner, 'addMilestoneAssignee', { milestoneId, profileId });
  for (const id of [taskId, innerId]) await run(owner, 'setMilestoneTask', { milestoneId, taskId: id, weight: 3 });
  await createPart(owner, 'ProjectPhase', { projectId, name: 'P' });
  await createPart(owner, 'ProjectAssignment', { projectId, profileId, allocationPercent: 5, saleRate: '650.5' });
  await createPart(member, 'Incident', { projectId, title: 'Fire' });
  await talk(owner, member, projectId);
  return { clientId, projectId, taskId, blockedId, labelId, milestoneId, deliverableId, timeId };
}

async function talk(owner: Member, member: Member, projectId: string): Promise<void> {
  const { node } = await owner.ok('query ($id: ID!) { node(id: $id) { ... on Project { channel { id } } } }', {
    id: projectId,
  });
  const channelId = node.channel.id;
  const attachments = [{ name: 'plan.pdf', url: 'https://files.example/plan.pdf', size: 5 }];
  const mentionIds = [`Profile:${owner.profileId}`];
  const { message } = await run(
    member,
    'sendMessage',
    { channelId, content: 'A secret', attachments, mentionIds },
    'message { id }',
  );
  await run(owner, 'sendMessage', { channelId, parentId: message.id, content: 'An answer' });
  await run(owner, 'addReaction', { messageId: message.id, emoji: '👍' });
}

/** Timers do not come back, and the log only grows. */
const left = new Set(['events', 'trash', 'trash_parts', 'running_timers', 'notifications']);

/** All rows of a company by table, without the numbers of their changes. */
export async function dump(company: Company): Promise<Map<string, string[]>> {
  return company.world.app.binding.write(company.tenant, async (tx) => {
    const tables = await tx.execute<{ name: string }>(
      sql`select relname::text as name from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r'`,
    );
    const found = new Map<string, string[]>();
    for (const { name } of tables.filter((table) => !left.has(table.name))) {
      const rows = await tx.execute<{ row: string }>(
        sql`select (to_jsonb(each) - '{version,updated_at,search}'::text[])::text as row from ${sql.identifier(name)} each order by 1`,
      );
      found.set(
        name,
        rows.map(({ row }) => row),
      );
    }
    return found;
  });
}
