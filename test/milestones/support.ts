import type { Member } from '../support/world.ts';

/** Adds a milestone as a member; gives its global id. */
export async function createMilestone(member: Member, input: Record<string, unknown>): Promise<string> {
  const days = { startDate: '2026-06-01', dueDate: '2026-06-30' };
  const { createMilestone } = await member.ok(
    'mutation ($input: CreateMilestoneInput!) { createMilestone(input: $input) { milestone { id } } }',
    { input: { name: 'Milestone', ...days, ...input } },
  );
  return createMilestone.milestone.id;
}

export const setTask = `mutation ($milestoneId: ID!, $taskId: ID!, $weight: Int) {
  setMilestoneTask(input: { milestoneId: $milestoneId, taskId: $taskId, weight: $weight }) {
    milestone { progress }
    task { milestones { nodes { id } } }
  }
}`;

/** How much of a milestone is done, in percent. */
export async function readProgress(member: Member, id: string): Promise<number> {
  const { node } = await member.ok('query ($id: ID!) { node(id: $id) { ... on Milestone { progress } } }', { id });
  return node.progress;
}
