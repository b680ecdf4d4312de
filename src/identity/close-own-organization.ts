import { AppError, badInput } from '../lib/errors.ts';
import { archiveOrganization } from '../tenancy/archive-organization.ts';
import type { Organization } from '../tenancy/update-organization.ts';
import type { Identity, Origin } from './identity.ts';
import { actorOf, type Viewer } from './viewer.ts';

/**
 * Archives the viewer's organization; an operator can undo it. Throws FORBIDDEN unless the viewer is an owner,
 * BAD_INPUT unless `slug` is that of the organization.
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

/** Starts deleting it: access ends at once, and for 30 days an operator can undo it. Throws the same errors. */
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
  if (role !== 'OWNER') throw new AppError('FORBIDDEN', 'Only an owner who is signed in can do this');
  const found = await catalog.read((db) =>
    db.query.organizations.findFirst({ columns: { slug: true }, where: { id } }),
  );
  if (found?.slug !== slug) throw badInput('This is not the slug of the organization', 'input.slug');
}
