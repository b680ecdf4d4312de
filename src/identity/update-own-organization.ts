import type { OrganizationChanges } from '../tenancy/organization-input.ts';
import { type Organization, updateOrganization } from '../tenancy/update-organization.ts';
import type { Identity, Origin } from './identity.ts';
import { actorOf, requirePermission, type Viewer } from './viewer.ts';

/** Changes what the viewer's organization says of itself, its slug too. Throws FORBIDDEN, and what updateOrganization throws. */
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
