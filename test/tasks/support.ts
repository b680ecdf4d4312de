import { uuidv7 } from '../../src/lib/ids.ts';
import { ranksAfter } from '../../src/lib/rank.ts';
import { clients } from '../../src/modules/clients/tables.ts';
import { projects } from '../../src/modules/projects/tables.ts';
import { taskPriorities, tasks } from '../../src/modules/tasks/tables.ts';
import type { Company, Member } from '../support/world.ts';

export interface ProjectSeed {
  name?: string;
  /** Profile of the client's contact. */
  contactId?: string;
}

/** A project of a client of its own; gives the project's uuid. */
export async function seedProject(company: Company, { name, contactId }: ProjectSeed = {}): Promise<string> {
  const [clientId, id] = [uuidv7(), uuidv7()];
  await company.world.app.binding.write(company.tenant, async (tx) => {
    await tx.insert(clients).values({ id: clientId, name: `Client of ${id}`, ...(contactId && { contactId }) });
    await tx
      .insert(projects)
      .values({ id, clientId, name: name ?? `Project ${id}`, code: id, startDate: '2026-01-01' });
  });
  return id;
}

/** So many TODO tasks in one column, in order; gives their uuids. */
export async function seedTasks(company: Company, projectId: string, count: number): Promise<string[]> {
  const ranks = ranksAfter(undefined, count);
  const rows = ranks.map((rank, index) => ({
    id: uuidv7(),
    projectId,
    name: `Task ${index}`,
    rank,
    priority: taskPriorities[index % taskPriorities.length]!,
  }));
  await company.world.app.binding.write(company.tenant, async (tx) => {
    await tx.insert(tasks).values(rows);
  });
  return rows.map(({ id }) => id);
}

/** Adds a task as a member; gives its global id. */
export async function createTask(member: Member, input: Record<string, unknown>): Promise<string> {
  const { createTask } = await member.ok(
    'mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }',
    { input },
  );
  return createTask.task.id;
}

export const moveTask = `mutation ($input: MoveTaskInput!) {
  moveTask(input: $input) { task { id status position completedAt version } lastEventId }
}`;

/** The names or ids on a board, by column, in their order. */
export async function readBoard(member: Member, projectId: string): Promise<Record<string, string[]>> {
  const { tasks } = await member.ok(
    `query ($project: ID!) {
      tasks(first: 100, where: { projectId: { eq: $project } }, orderBy: [{ field: STATUS }, { field: POSITION }]) {
        nodes { id status }
      }
    }`,
    { project: `Project:${projectId}` },
  );
  const columns = Map.groupBy<string, { id: string; status: string }>(tasks.nodes, ({ status }) => status);
  return Object.fromEntries([...columns].map(([status, cards]) => [status, cards.map(({ id }) => id)]));
}
