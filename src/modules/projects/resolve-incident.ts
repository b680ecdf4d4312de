import { z } from 'zod';
import { patchRow, requireVersion } from '../../access/rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import { textField, uuidField, versionField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvent } from '../events/record-event.ts';
import { lockIncident } from './lock-incident.ts';
import { incidents } from './tables.ts';

const resolveInput = z.object({
  id: uuidField,
  resolution: textField.nullish(),
  expectedVersion: versionField.nullish(),
});
const reopenInput = resolveInput.omit({ resolution: true });

/** Ends an incident now. Throws INVALID_STATE when it is resolved; FORBIDDEN as `updateIncident`. */
export async function resolveIncident(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof resolveInput>,
): Promise<{ id: string }> {
  const { resolution, ...which } = checkInput(resolveInput, raw);
  return turn(tx, viewer, which, 'incident.resolved', {
    status: 'RESOLVED',
    resolvedAt: new Date(),
    resolution: resolution ?? null,
  });
}

/** Takes a resolved incident up again. Throws INVALID_STATE when it is open; FORBIDDEN as `updateIncident`. */
export async function reopenIncident(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof reopenInput>,
): Promise<{ id: string }> {
  const which = checkInput(reopenInput, raw);
  return turn(tx, viewer, which, 'incident.reopened', { status: 'OPEN', resolvedAt: null, resolution: null });
}

type Turn = Pick<typeof incidents.$inferSelect, 'status' | 'resolvedAt' | 'resolution'>;

async function turn(
  tx: TenantTx,
  viewer: Viewer,
  { id, expectedVersion }: z.output<typeof reopenInput>,
  action: string,
  change: Turn,
): Promise<{ id: string }> {
  const current = await lockIncident(tx, viewer, id);
  requireVersion(current, expectedVersion, 'Incident');
  if (current.status === change.status) {
    throw new AppError('INVALID_STATE', `This incident is ${current.status} already`, { field: 'input.id' });
  }
  const changes = patchRow(tx, incidents, current, change);
  await recordEvent(tx, viewer, { action, resourceType: 'Incident', resourceId: id, ...changes });
  return { id };
}
