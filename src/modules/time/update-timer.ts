import { eq, getColumns } from 'drizzle-orm';
import { z } from 'zod';
import { checkAtCommit } from '../../access/requirements.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { changesOf } from '../../lib/changes-of.ts';
import { dayIn } from '../../lib/days.ts';
import { notFound } from '../../lib/errors.ts';
import { textField, uuidField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { openRule } from '../projects/open-project.ts';
import { requireTimeWriter } from './policy.ts';
import { workReferences } from './references.ts';
import { requireTimerStart } from './start-timer.ts';
import { runningTimers } from './tables.ts';
import { startedRule } from './work-date.ts';

const input = z.object({
  profileId: uuidField.nullish(),
  id: uuidField.nullish(),
  projectId: uuidField.optional(),
  taskId: uuidField.nullish(),
  description: textField.nullish(),
  billable: z.boolean().optional(),
  startedAt: z.date().optional(),
});

/**
 * Changes the viewer's running timer or, with time:write-all, another person's. A new project removes it from its task,
 * unless a task is given. Throws NOT_FOUND if it is not running, and otherwise like `startTimer`.
 */
export async function updateTimer(
  tx: TenantTx,
  viewer: Viewer,
  mostBackMs: number,
  raw: Raw<typeof input>,
): Promise<{ id: string }> {
  const { id, profileId: given, ...patch } = checkInput(input, raw);
  const profileId = given ?? viewer.profileId;
  requireTimeWriter(viewer, profileId);
  const [current] = await tx.select().from(runningTimers).where(eq(runningTimers.profileId, profileId)).for('update');
  if (!current || (id && id !== current.id)) throw notFound('RunningTimer', id ? 'input.id' : undefined);
  if (patch.startedAt && patch.startedAt.getTime() !== current.startedAt.getTime())
    requireTimerStart(patch.startedAt, mostBackMs);
  const moves = patch.projectId !== undefined && patch.projectId !== current.projectId;
  const next = { ...patch, ...(moves && { taskId: patch.taskId ?? null }) };
  const { before, after } = changesOf(current, next, getColumns(runningTimers));
  if (Object.keys(after).length === 0) return { id: current.id };
  const { projectId, taskId, startedAt } = { ...current, ...after };
  const startsElsewhere = moves || startedAt.getTime() !== current.startedAt.getTime();
  checkAtCommit(tx, viewer, {
    references: 'taskId' in after || moves ? workReferences({ projectId, taskId }) : [],
    rules: [
      ...(moves ? openRule(viewer, projectId, 'input.projectId') : []),
      ...(startsElsewhere ? startedRule(viewer, projectId, dayIn(tx.timeZone, startedAt), 'input.startedAt') : []),
    ],
  });
  await tx.update(runningTimers).set(after).where(eq(runningTimers.id, current.id));
  await recordEvent(tx, viewer, {
    action: 'runningTimer.updated',
    resourceType: 'RunningTimer',
    resourceId: current.id,
    before,
    after,
  });
  return { id: current.id };
}
