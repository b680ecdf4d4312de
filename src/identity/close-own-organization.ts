import { AppError, badInput } from '../lib/errors.ts';
import { archiveOrganization } from '../tenancy/archive-organization.ts';
import type { Organization } from '../tenancy/update-organization.ts';
import type { Identity, Origin } from './identity.ts';
import { actorOf, type Viewer } from './viewer.ts';

/**
 * Ends the service of the viewer's organization; an operator can take it back. Throws FORBIDDEN but for an owner, BAD_INPUT
 * unless the slug is its own.
 */
export async function archiveOwnOrganization(
  identity: Identity,
  viewer: Viewer,
  slug: string,
  origin: Origin,
): Promise<Organization> {
  await requireOwner(identity, viewer, slug);
  return await identity.catalog.write((tx) => archiveOrganization(tx, viewer.organizationId, byOf(viewer, origin)));
}

/** Begins to delete it: access ends at once, and for 30 days an operator can take it back. Throws the same. */
export async function deleteOwnOrganization(
  identity: Identity,
  viewer: Viewer,
  slug: string,
  origin: Origin,
): Promise<Organization> {
  await requireOwner(identity, viewer, slug);
  return await identity.lifecycle.delete(viewer.organizationId, byOf(viewer, origin));
}

const byOf = (viewer: Viewer, origin: Origin) => ({ ...origin, actor: actorOf(viewer) });

async function requireOwner({ catalog }: Identity, { organizationId: id, role }: Viewer, slug: string) {
  if (role !== 'OWNER') throw new AppError('FORBIDDEN', 'Only an owner, signed in, can do this');
  const found = await catalog.read((db) =>
    db.query.organizations.findFirst({ columns: { slug: true }, where: { id } }),
  );
  if (found?.slug !== slug) throw badInput('This is not the slug of the organization', 'input.slug');
}
