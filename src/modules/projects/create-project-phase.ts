import { eq, max } from 'drizzle-orm';
import { z } from 'zod';
import { insertRow } from '../../access/rows.ts';
import { requireVisible } from '../../access/visible-rows.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { dayField, externalReferenceField, nameField, uuidField } from '../../lib/fields.ts';
import { uuidv7 } from '../../lib/ids.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import { checkPeriod } from '../../lib/period.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvent } from '../events/record-event.ts';
import { projectPhases, projects, uniqueProjectFields } from './tables.ts';

export const positionField = z.number().int().min(0).max(1_000_000);

const input = z.object({
  projectId: uuidField,
  name: nameField,
  position: positionField.nullish(),
  startDate: dayField.nullish(),
  endDate: dayField.nullish(),
  externalReference: externalReferenceField.nullish(),
});

/** Adds a phase to a project, after the others unless a position is given. Needs project:write. */
export async function createProjectPhase(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof input>,
): Promise<{ id: string }> {
  requirePermission(viewer, 'project:write');
  const { position, ...given } = checkInput(input, raw);
  checkPeriod(given.startDate, given.endDate, 'input.endDate');
  requireVisible(tx, viewer, projects, given.projectId, 'Project', 'input.projectId');
  const values = { ...given, position: position ?? (await nextPosition(tx, given.projectId)) };
  const id = uuidv7();
  insertRow(tx, projectPhases, { id, ...values }, uniqueProjectFields);
  await recordEvent(tx, viewer, {
    action: 'projectPhase.created',
    resourceType: 'ProjectPhase',
    resourceId: id,
    after: values,
  });
  return { id };
}

/** Two phases made at once may get the same: ids break the tie. */
async function nextPosition(tx: TenantTx, projectId: string): Promise<number> {
  const [last] = await tx
    .select({ position: max(projectPhases.position) })
    .from(projectPhases)
    .where(eq(projectPhases.projectId, projectId));
  return (last?.position ?? -1) + 1;
}
