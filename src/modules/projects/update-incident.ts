import { z } from 'zod';
import { patchRow, requireVersion } from '../../access/rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { externalReferenceField, nameField, textField, uuidField, versionField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvent } from '../events/record-event.ts';
import { lockIncident } from './lock-incident.ts';
import { incidentSeverities, incidents, uniqueProjectFields } from './tables.ts';

const input = z.object({
  id: uuidField,
  title: nameField.optional(),
  description: textField.nullish(),
  severity: z.enum(incidentSeverities).optional(),
  externalReference: externalReferenceField.nullish(),
  expectedVersion: versionField.nullish(),
});

/** Changes an incident: one's own report, or any with project:write. Absent fields stay, null clears. */
export async function updateIncident(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  const { id, expectedVersion, ...patch } = checkInput(input, raw);
  const current = await lockIncident(tx, viewer, id);
  requireVersion(current, expectedVersion, 'Incident');
  const changes = patchRow(tx, incidents, current, patch, uniqueProjectFields);
  if (changes)
    await recordEvent(tx, viewer, { action: 'incident.updated', resourceType: 'Incident', resourceId: id, ...changes });
  return { id };
}
