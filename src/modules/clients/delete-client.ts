import { z } from 'zod';
import { deleteRow, requireVersion } from '../../access/rows.ts';
import { lockVisible } from '../../access/visible-rows.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { uuidField, versionField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { recordEvent } from '../events/record-event.ts';
import { clients } from './tables.ts';

const input = z.object({ id: uuidField, expectedVersion: versionField.nullish() });

/** Deletes a client. Needs client:write. Throws IN_USE while projects, or others, refer to it. */
export async function deleteClient(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  requirePermission(viewer, 'client:write');
  const { id, expectedVersion } = checkInput(input, raw);
  const before = await lockVisible(tx, viewer, clients, id, 'Client');
  requireVersion(before, expectedVersion, 'Client');
  deleteRow(tx, clients, id, 'This client still has projects');
  await recordEvent(tx, viewer, { action: 'client.deleted', resourceType: 'Client', resourceId: id, before });
  return { id };
}
