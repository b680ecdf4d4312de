import { z } from 'zod';
import { insertRow } from '../../access/rows.ts';
import { requireVisible } from '../../access/visible-rows.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { dayField, externalReferenceField, nameField, textField, uuidField } from '../../lib/fields.ts';
import { uuidv7 } from '../../lib/ids.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvent } from '../events/record-event.ts';
import { deliverables, projects, uniqueProjectFields } from './tables.ts';

const input = z.object({
  projectId: uuidField,
  name: nameField,
  description: textField.nullish(),
  dueDate: dayField.nullish(),
  externalReference: externalReferenceField.nullish(),
});

/** Adds a deliverable to a project, as a draft. Needs project:write. */
export async function createDeliverable(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  requirePermission(viewer, 'project:write');
  const values = checkInput(input, raw);
  requireVisible(tx, viewer, projects, values.projectId, 'Project', 'input.projectId');
  const id = uuidv7();
  insertRow(tx, deliverables, { id, ...values }, uniqueProjectFields);
  await recordEvent(tx, viewer, {
    action: 'deliverable.created',
    resourceType: 'Deliverable',
    resourceId: id,
    after: values,
  });
  return { id };
}
