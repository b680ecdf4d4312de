import { z } from 'zod';
import { insertRow } from '../../access/rows.ts';
import { requireVisible } from '../../access/visible-rows.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { externalReferenceField, nameField, textField, uuidField } from '../../lib/fields.ts';
import { uuidv7 } from '../../lib/ids.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvent } from '../events/record-event.ts';
import { incidentSeverities, incidents, projects, uniqueProjectFields } from './tables.ts';

const input = z.object({
  projectId: uuidField,
  title: nameField,
  description: textField.nullish(),
  severity: z
    .enum(incidentSeverities)
    .nullish()
    .transform((severity) => severity ?? 'MEDIUM'),
  openedAt: z
    .date()
    .nullish()
    .transform((openedAt) => openedAt ?? new Date()),
  externalReference: externalReferenceField.nullish(),
});

/** Reports an incident in a project. Needs task:write: whoever works on it may. It began now unless said otherwise. */
export async function createIncident(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  requirePermission(viewer, 'task:write');
  const given = checkInput(input, raw);
  requireVisible(tx, viewer, projects, given.projectId, 'Project', 'input.projectId');
  const values = { ...given, reporterId: viewer.profileId };
  const id = uuidv7();
  insertRow(tx, incidents, { id, ...values }, uniqueProjectFields);
  await recordEvent(tx, viewer, {
    action: 'incident.created',
    resourceType: 'Incident',
    resourceId: id,
    after: values,
  });
  return { id };
}
