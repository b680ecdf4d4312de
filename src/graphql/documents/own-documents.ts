import type { Origin } from '../../identity/identity.ts';
import { actorOf, requirePermission, type Viewer } from '../../identity/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError, notFound } from '../../lib/errors.ts';
import type { Catalog } from '../../tenancy/catalog.ts';
import {
  type ListedClientVersion,
  type ListedDocument,
  listClientVersions,
  listVersionDocuments,
  retireClientVersion,
} from './client-versions.ts';
import { type Registration, type RegistrationResult, type Registry, registerDocuments } from './register-documents.ts';

const needed = 'organization:manage';

/**
 * Registers documents for the viewer's organization: see `registerDocuments`. Throws FORBIDDEN without
 * organization:manage, and for an API key that may send no texts, which could run any text in this way.
 */
export async function registerOwnDocuments(
  registry: Registry,
  viewer: Viewer,
  input: Registration,
  origin: Origin,
): Promise<RegistrationResult> {
  requirePermission(viewer, needed);
  if (viewer.apiKey?.persistedOnly) {
    throw new AppError('FORBIDDEN', 'An API key that runs registered documents only cannot register any');
  }
  return await registerDocuments(registry, viewer.organizationId, input, { ...origin, actor: actorOf(viewer) });
}

/** The client versions of the viewer's organization, the newest first, at most 200. Throws FORBIDDEN. */
export async function listOwnClientVersions(catalog: Catalog, viewer: Viewer): Promise<ListedClientVersion[]> {
  requirePermission(viewer, needed);
  return await listClientVersions(catalog, viewer.organizationId);
}

/** One of them. Throws NOT_FOUND, FORBIDDEN. */
export async function getOwnClientVersion(catalog: Catalog, viewer: Viewer, id: string): Promise<ListedClientVersion> {
  requirePermission(viewer, needed);
  const [found] = await listClientVersions(catalog, viewer.organizationId, id);
  if (!found) throw notFound('ClientVersion', 'clientVersionId');
  return found;
}

/** The documents of one of them, by their ids. Throws NOT_FOUND, FORBIDDEN. */
export async function listOwnDocuments(
  catalog: Catalog,
  viewer: Viewer,
  versionId: string,
  page: { first: number; after: string | undefined },
): Promise<ListedDocument[]> {
  const { id } = await getOwnClientVersion(catalog, viewer, versionId);
  return await listVersionDocuments(catalog, { organizationId: viewer.organizationId, versionId: id }, page);
}

/** Retires one of them. Throws NOT_FOUND for one that is retired, FORBIDDEN. */
export async function retireOwnClientVersion(
  parts: { catalog: Catalog; clock: Clock },
  viewer: Viewer,
  id: string,
  origin: Origin,
): Promise<ListedClientVersion> {
  requirePermission(viewer, needed);
  await retireClientVersion(parts, viewer.organizationId, { id }, { ...origin, actor: actorOf(viewer) });
  return await getOwnClientVersion(parts.catalog, viewer, id);
}
