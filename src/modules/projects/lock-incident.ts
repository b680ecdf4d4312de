import { lockVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { canEditIncident } from './policy.ts';
import { incidents } from './tables.ts';

/** The incident, locked. Throws NOT_FOUND for what the viewer may not see, FORBIDDEN for what it may only see. */
export async function lockIncident(tx: TenantTx, viewer: Viewer, id: string) {
  const incident = await lockVisible(tx, viewer, incidents, id, 'Incident');
  if (canEditIncident(viewer, incident)) return incident;
  throw new AppError('FORBIDDEN', 'Only who reported an incident, or changes projects, may change it');
}
