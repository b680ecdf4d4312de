import type { Organization } from '../tenancy/update-organization.ts';
import type { Identity, Origin } from './identity.ts';
import { actorOf, requirePermission, type Viewer } from './viewer.ts';

/**
 * Switches a module of the viewer's organization; one that is switched off keeps its data. Throws FORBIDDEN, BAD_INPUT.
 */
export async function switchOwnModule(
  { lifecycle }: Identity,
  viewer: Viewer,
  { module, on }: { module: string; on: boolean },
  origin: Origin,
): Promise<Organization> {
  requirePermission(viewer, 'organization:manage');
  const by = { ...origin, actor: actorOf(viewer) };
  if (on) return await lifecycle.enableModule(viewer.organizationId, module, by);
  return await lifecycle.disableModule(viewer.organizationId, module, by);
}
