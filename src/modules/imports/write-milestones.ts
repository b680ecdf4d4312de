import { eq } from 'drizzle-orm';
import { uuidv7 } from '../../lib/ids.ts';
import type { BusinessEvent } from '../events/business-event.ts';
import { recordEvents } from '../events/record-event.ts';
import { lockMilestones, recomputeProgress } from '../milestones/recompute-progress.ts';
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

type Pair = Pick<typeof milestoneTasks.$inferSelect, 'milestoneId' | 'taskId'>;

/** Adds tasks to the milestones of their rows, and removes them from other milestones that have a reference. */
export async function writeMilestoneTasks(
  context: WriteContext,
  records: readonly TaskRecord[],
  taskIds: ReadonlyMap<string, string>,
): Promise<void> {
  const { tx, known } = context;
  const mapped = records.filter(({ milestoneReference }) => milestoneReference !== undefined);
  if (mapped.length === 0) return;
  const wanted = mapped.flatMap(({ reference, milestoneReference }) =>
    milestoneReference
      ? [{ milestoneId: known.milestones.get(milestoneReference)!, taskId: taskIds.get(reference)! }]
      : [],
  );
  const ids = mapped.map(({ reference }) => taskIds.get(reference)!);
  const { id, milestoneId, taskId } = milestoneTasks;
  const existing = await tx
    .select({ id, milestoneId, taskId, milestoneReference: milestones.externalReference })
    .from(milestoneTasks)
    .innerJoin(milestones, eq(milestones.id, milestoneId))
    .where(isOneOf(taskId, ids, 'uuid'));
  const wantedKeys = new Set(wanted.map(keyOf));
  const existingKeys = new Set(existing.map(keyOf));
  const outdated = existing.filter((pair) => pair.milestoneReference !== null && !wantedKeys.has(keyOf(pair)));
  const missing = wanted.filter((pair) => !existingKeys.has(keyOf(pair)));
  const changed = [...new Set([...outdated, ...missing].map((pair) => pair.milestoneId))];
  if (changed.length === 0) return;
  await lockMilestones(tx, changed);
  await removeTasks(context, outdated);
  await addTasks(context, missing);
  await recomputeProgress(tx, null, changed);
}

const keyOf = ({ milestoneId, taskId }: Pair): string => `${milestoneId} ${taskId}`;

async function removeTasks({ tx, changes }: WriteContext, pairs: readonly (Pair & { id: string })[]): Promise<void> {
  if (pairs.length === 0) return;
  const ids = pairs.map(({ id }) => id);
  const removed = await tx
    .delete(milestoneTasks)
    .where(isOneOf(milestoneTasks.id, ids, 'uuid'))
    .returning();
  await recordEvents(
    tx,
    null,
    removed.map(({ milestoneId, taskId, ...was }) => eventOf('taskRemoved', { milestoneId, taskId }, { was })),
  );
  changes.add(
    'deleted',
    'MilestoneTask',
    removed.map(({ id }) => id),
  );
}

async function addTasks({ tx, changes }: WriteContext, pairs: readonly Pair[]): Promise<void> {
  if (pairs.length === 0) return;
  const rows = pairs.map((pair) => ({ id: uuidv7(), ...pair }));
  const added = new Set(await insertMissing(tx, milestoneTasks, rows, milestoneTasks.id));
  await recordEvents(
    tx,
    null,
    rows.filter(({ id }) => added.has(id)).map((pair) => eventOf('taskSet', pair, { weight: 1 })),
  );
  changes.add('created', 'MilestoneTask', [...added]);
}

const eventOf = (verb: 'taskSet' | 'taskRemoved', { milestoneId, taskId }: Pair, more: object = {}): BusinessEvent => ({
  action: `milestone.${verb}`,
  resourceType: 'Milestone',
  resourceId: milestoneId,
  metadata: { taskId, ...more },
});
