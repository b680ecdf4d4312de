import { uuidv7 } from '../../lib/ids.ts';
import { recordEvents } from '../events/record-event.ts';
import { recomputeProgress } from '../milestones/recompute-progress.ts';
import { milestones, milestoneTasks } from '../milestones/tables.ts';
import { insertMissing, isOneOf } from './bulk-rows.ts';
import { createMissing } from './create-missing.ts';
import type { ImportRecord, TaskRecord } from './records.ts';
import type { WriteContext } from './write-context.ts';

/** Creates missing milestones. One without a start begins with its project, but not after its own due date. */
export async function writeMilestones(context: WriteContext, records: readonly ImportRecord[]): Promise<void> {
  const known = context.known.milestones;
  const found = records.flatMap(({ milestone, moreMilestones = [] }) =>
    milestone ? [milestone, ...moreMilestones] : moreMilestones,
  );
  if (found.length === 0) return;
  await createMissing(context, {
    table: milestones,
    type: 'Milestone',
    resource: 'milestone',
    records: found,
    isKnown: (reference) => known.has(reference),
    remember: (reference, { id }) => known.set(reference, id),
    columnsOf: ({ name, description = null, startDate, dueDate, projectReference }) => {
      const project = context.known.projects.get(projectReference)!;
      const start = startDate ?? (project.startDate < dueDate ? project.startDate : dueDate);
      return { name, description, startDate: start, dueDate, projectId: project.id };
    },
  });
}

/** Adds tasks to their milestones. A task also stays in milestones that it was in before. */
export async function writeMilestoneTasks(
  { tx, known, changes }: WriteContext,
  records: readonly TaskRecord[],
  taskIds: ReadonlyMap<string, string>,
): Promise<void> {
  const wanted = records.flatMap(({ reference, milestoneReference }) =>
    milestoneReference
      ? [{ milestoneId: known.milestones.get(milestoneReference)!, taskId: taskIds.get(reference)! }]
      : [],
  );
  if (wanted.length === 0) return;
  const ids = wanted.map(({ taskId }) => taskId);
  const there = await tx
    .select({ milestoneId: milestoneTasks.milestoneId, taskId: milestoneTasks.taskId })
    .from(milestoneTasks)
    .where(isOneOf(milestoneTasks.taskId, ids, 'uuid'));
  const missing = wanted.filter(({ milestoneId, taskId }) =>
    there.every((each) => each.milestoneId !== milestoneId || each.taskId !== taskId),
  );
  if (missing.length === 0) return;
  const rows = missing.map((pair) => ({ id: uuidv7(), ...pair }));
  const made = await insertMissing(tx, milestoneTasks, rows, milestoneTasks.id);
  const events = missing.map(({ milestoneId, taskId }) => ({
    action: 'milestone.taskSet',
    resourceType: 'Milestone',
    resourceId: milestoneId,
    metadata: { taskId, weight: 1 },
  }));
  await recordEvents(tx, null, events);
  await recomputeProgress(tx, null, [...new Set(missing.map(({ milestoneId }) => milestoneId))]);
  changes.add('created', 'MilestoneTask', made);
}
