import { type Role, roles } from '../../src/identity/roles.ts';
import { createMilestone } from '../milestones/support.ts';
import { createClient, createPart, createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import type { Company, Member } from '../support/world.ts';
import { createTask } from '../tasks/support.ts';
import { recordTime } from '../time/support.ts';

/** The projects, people and rows that the expected visibility is about. */
export async function seedEverything(company: Company): Promise<{ people: Record<Role, Member>; secretId: string }> {
  const people = {} as Record<Role, Member>;
  for (const role of roles) people[role] = await company.as(role);
  const { OWNER: owner, MANAGER: manager, CONSULTANT: consultant, MEMBER: member, CLIENT: client } = people;
  const profile = ({ profileId }: Member): string => `Profile:${profileId}`;
  const clientId = await createClient(owner, { contactId: profile(client) });

  const ids: Record<string, string> = {};
  const taskIds: Record<string, string> = {};
  const projects: [string, object][] = [
    ['Open', { clientId }],
    ['Staffed', {}],
    ['Secret', { visibility: 'MEMBERS' }],
    ['Team', { visibility: 'MEMBERS' }],
    ['Led', { visibility: 'MEMBERS', managerId: profile(consultant) }],
  ];
  for (const [name, input] of projects) {
    const projectId = await createProject(owner, { name, ...input });
    ids[name] = projectId;
    await createPart(owner, 'ProjectPhase', { projectId, name });
    await createPart(owner, 'Deliverable', { projectId, name });
    await createPart(owner, 'Incident', { projectId, title: name });
    await createMilestone(owner, { projectId, name });
    taskIds[name] = await createTask(owner, { projectId, name, description: 'work' });
    await run(owner, 'createTaskComment', { taskId: taskIds[name], content: name });
    await recordTime(manager, { projectId, description: name });
    const { node } = await owner.ok('query ($id: ID!) { node(id: $id) { ... on Project { channel { id } } } }', {
      id: projectId,
    });
    await run(owner, 'sendMessage', { channelId: node.channel.id, content: `news ${name}` });
  }
  const assignments: [string, Member][] = [
    ['Secret', manager],
    ['Staffed', consultant],
    ['Team', member],
  ];
  for (const [name, person] of assignments)
    await createPart(owner, 'ProjectAssignment', { projectId: ids[name], profileId: profile(person) });
  await recordTime(member, { projectId: ids.Open, description: 'Member', hours: '2' });
  await recordTime(consultant, { projectId: ids.Staffed, description: 'Consultant', hours: '4' });
  const errand = { projectId: ids.Secret, name: 'Errand', description: 'work', assigneeId: profile(member) };
  await createTask(owner, errand);
  await createTask(manager, { name: 'Private', description: 'work' });
  const milestoneId = await createMilestone(owner, { name: 'Company' });
  for (const name of ['Open', 'Secret']) await run(owner, 'setMilestoneTask', { milestoneId, taskId: taskIds[name] });
  for (const [name, visibility] of [
    ['Past', 'ORGANIZATION'],
    ['Gone', 'MEMBERS'],
  ]) {
    const id = await createProject(owner, { name, visibility });
    await run(owner, 'deleteProject', { id }, 'deletedId');
  }
  return { people, secretId: ids.Secret! };
}
