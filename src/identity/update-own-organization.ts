import type { OrganizationChanges } from '../tenancy/organization-input.ts';
import { type Organization, updateOrganization } from '../tenancy/update-organization.ts';
import type { Identity, Origin } from './identity.ts';
import { actorOf, requirePermission, type Viewer } from './viewer.ts';

/**
 * Changes the settings of the viewer's organization, including its slug. Throws FORBIDDEN, and the errors of
 * updateOrganization.
 */
export function updateOwnOrganization(
  { catalog }: Identity,
  viewer: Viewer,
  { expectedVersion, ...changes }: OrganizationChanges & { expectedVersion?: number | undefined },
  origin: Origin,
): Promise<Organization> {
  requirePermission(viewer, 'organization:manage');
  const by = { ...origin, actor: actorOf(viewer), expectedVersion };
  return catalog.write((tx) => updateOrganization(tx, viewer.organizationId, changes, by));
}
