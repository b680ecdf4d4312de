import { z } from 'zod';
import { insertRow } from '../../access/rows.ts';
import { requireVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import { dayField, nameField, uuidField } from '../../lib/fields.ts';
import { uuidv7 } from '../../lib/ids.ts';
import { checkInput, type Raw, withoutNulls } from '../../lib/input.ts';
import { checkPeriod } from '../../lib/period.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvent } from '../events/record-event.ts';
import { projects } from '../projects/tables.ts';
import { checkProgress, completionOf, milestoneFields } from './milestone-input.ts';
import { requireMilestoneWriter } from './policy.ts';
import { milestones, uniqueMilestoneFields } from './tables.ts';

const input = z.object({
  ...milestoneFields,
  projectId: uuidField.optional(),
  name: nameField,
  startDate: dayField,
  dueDate: dayField,
});

/**
 * Adds a milestone, to a project or to the whole company. Throws NOT_FOUND for the project, ALREADY_EXISTS on the
 * external reference, FORBIDDEN when a CLIENT names no project: it would not see the milestone.
 */
export async function createMilestone(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  requireMilestoneWriter(viewer);
  const values = checkInput(input, withoutNulls(raw));
  checkPeriod(values.startDate, values.dueDate, 'input.dueDate');
  checkProgress(values.progressMode ?? 'AUTO', values.progress);
  if (!values.projectId && viewer.role === 'CLIENT') {
    throw new AppError('FORBIDDEN', 'A CLIENT cannot make milestones of the company');
  }
  if (values.projectId) requireVisible(tx, viewer, projects, values.projectId, 'Project', 'input.projectId');
  const id = uuidv7();
  const completion = completionOf(undefined, values.status ?? 'NOT_STARTED');
  const row = { id, ...values, ...completion, creatorId: viewer.profileId };
  insertRow(tx, milestones, row, uniqueMilestoneFields);
  await recordEvent(tx, viewer, { action: 'milestone.created', resourceType: 'Milestone', resourceId: id, after: row });
  return { id };
}
