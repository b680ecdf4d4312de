import type { OrganizationChanges } from '../tenancy/organization-input.ts';
import { type Organization, updateOrganization } from '../tenancy/update-organization.ts';
import type { Identity, Origin } from './identity.ts';
import { actorOf, requirePermission, type Viewer } from './viewer.ts';

interface OwnChanges extends OrganizationChanges {
  expectedVersion?: number | undefined;
}

/**
 * Changes the settings of the viewer's organization, including its slug. `hasAmounts` says whether its data has amounts
 * of money, which are in its currency. Throws FORBIDDEN, and the errors of updateOrganization.
 */
export async function updateOwnOrganization(
  { catalog }: Identity,
  viewer: Viewer,
  { expectedVersion, ...changes }: OwnChanges,
  { hasAmounts, ...origin }: Origin & { hasAmounts: () => Promise<boolean> },
): Promise<Organization> {
  requirePermission(viewer, 'organization:manage');
  const keepCurrency = changes.currency !== undefined && (await hasAmounts());
  const by = { ...origin, actor: actorOf(viewer), expectedVersion, keepCurrency };
  return await catalog.write((tx) => updateOrganization(tx, viewer.organizationId, changes, by));
}
