import { z } from 'zod';
import { checkAtCommit } from '../../access/requirements.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { later } from '../../lib/clock.ts';
import { dayIn } from '../../lib/days.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { textField, uuidField } from '../../lib/fields.ts';
import { uuidv7 } from '../../lib/ids.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { openRule } from '../projects/open-project.ts';
import { staffRule } from '../projects/staff.ts';
import { requireTimeWriter } from './policy.ts';
import { workReferences } from './references.ts';
import { runningTimers } from './tables.ts';
import { startedRule } from './work-date.ts';

const hourMs = 3_600_000;

const input = z.object({
  projectId: uuidField,
  taskId: uuidField.nullish(),
  description: textField.nullish(),
  billable: z.boolean().nullish(),
  startedAt: z.date().nullish(),
});

/**
 * Starts the viewer's timer, now or at an earlier time. Throws INVALID_STATE if it is already running or if the project
 * accepts no new work, NOT_FOUND for a referenced object, BAD_INPUT for a time in the future, too long ago or before
 * the project.
 */
export async function startTimer(
  tx: TenantTx,
  viewer: Viewer,
  mostBackMs: number,
  raw: Raw<typeof input>,
): Promise<{ id: string }> {
  requireTimeWriter(viewer, viewer.profileId);
  const { startedAt, billable, ...work } = checkInput(input, raw);
  const now = new Date();
  if (startedAt) requireTimerStart(startedAt, mostBackMs);
  const day = dayIn(tx.timeZone, startedAt ?? now);
  checkAtCommit(tx, viewer, {
    references: workReferences(work),
    rules: [
      ...staffRule(viewer.profileId, 'input.projectId'),
      ...openRule(viewer, work.projectId, 'input.projectId'),
      ...startedRule(viewer, work.projectId, day, 'input.startedAt'),
    ],
  });
  const id = uuidv7();
  const row = {
    id,
    profileId: viewer.profileId,
    ...work,
    billable: billable ?? true,
    startedAt: startedAt ?? now,
  };
  const started = await tx.insert(runningTimers).values(row).onConflictDoNothing().returning({ id: runningTimers.id });
  if (!started.length) throw new AppError('INVALID_STATE', 'Your timer is running: stop or discard it first');
  await recordEvent(tx, viewer, {
    action: 'runningTimer.started',
    resourceType: 'RunningTimer',
    resourceId: id,
    after: row,
  });
  return { id };
}

/** Throws BAD_INPUT if a timer must not start at this time: it is in the future, or too long ago. */
export function requireTimerStart(startedAt: Date, mostBackMs: number): void {
  const now = new Date();
  if (startedAt > now) throw badInput('must not be in the future', 'input.startedAt');
  if (startedAt < later(now, -mostBackMs))
    throw badInput(`must not be more than ${mostBackMs / hourMs} hours ago`, 'input.startedAt');
}
