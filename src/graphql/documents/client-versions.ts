import { and, asc, count, desc, eq, gt, inArray, max, ne, sql, sum } from 'drizzle-orm';
import type { Clock } from '../../lib/clock.ts';
import { AppError, notFound } from '../../lib/errors.ts';
import { type By, recordAudit } from '../../tenancy/audit.ts';
import type { Catalog } from '../../tenancy/catalog.ts';
import { notifyDocumentsChanged } from '../../tenancy/invalidation.ts';
import { ownedBy } from './register-documents.ts';
import { clientVersionDocuments, clientVersions, trustedDocuments } from './tables.ts';

export interface ListedClientVersion {
  id: string;
  client: string;
  version: string;
  state: 'PENDING' | 'ACTIVE' | 'RETIRED';
  createdAt: Date;
  retiredAt: Date | null;
  /** When one of its documents was last used, by a client that names this version or none that has the document. */
  lastUsedAt: Date | null;
  documents: number;
  uses: number;
}

/** The longest list that is returned. */
const most = 200;

/** The client versions of an organization, or of the installation for null, newest first. `onlyId` selects one. */
export const listClientVersions = (
  catalog: Catalog,
  organizationId: string | null,
  onlyId?: string,
): Promise<ListedClientVersion[]> => {
  const { id, client, version, state, createdAt, retiredAt } = clientVersions;
  const { uses, lastUsedAt, trustedDocumentId } = clientVersionDocuments;
  return catalog.read((db) =>
    db
      .select({
        ...{ id, client, version, state, createdAt, retiredAt },
        lastUsedAt: max(lastUsedAt),
        documents: count(trustedDocumentId),
        uses: sql<number>`coalesce(${sum(uses)}, 0)::float8`,
      })
      .from(clientVersions)
      .leftJoin(clientVersionDocuments, eq(clientVersionDocuments.clientVersionId, id))
      .where(and(ownedBy(clientVersions, organizationId), onlyId === undefined ? undefined : eq(id, onlyId)))
      .groupBy(id)
      .orderBy(desc(id))
      .limit(most),
  );
};

/** A document of a client version. */
export interface ListedDocument {
  documentId: string;
  text: string;
  operations: string[];
  uses: number;
  lastUsedAt: Date | null;
}

/** Documents of a client version of an organization, by their ids, from the one after `after` on. */
export const listVersionDocuments = (
  catalog: Catalog,
  { organizationId, versionId }: { organizationId: string; versionId: string },
  { first, after }: { first: number; after: string | undefined },
): Promise<ListedDocument[]> => {
  const { documentId, document: text, operations } = trustedDocuments;
  const { uses, lastUsedAt } = clientVersionDocuments;
  const ofVersion = and(
    ownedBy(trustedDocuments, organizationId),
    eq(clientVersionDocuments.clientVersionId, versionId),
  );
  return catalog.read((db) =>
    db
      .select({ documentId, text, operations, uses, lastUsedAt })
      .from(clientVersionDocuments)
      .innerJoin(trustedDocuments, eq(trustedDocuments.id, clientVersionDocuments.trustedDocumentId))
      .where(and(ofVersion, after === undefined ? undefined : gt(documentId, after)))
      .orderBy(asc(documentId))
      .limit(first),
  );
};

/** A client version by its name, or by its id. */
export type VersionName = { client: string; version: string } | { id: string };

/**
 * Retires a client version: documents that no other version has are refused from now on. Throws NOT_FOUND unless there
 * is such a version that is not retired.
 */
export async function retireClientVersion(
  { catalog, clock }: { catalog: Catalog; clock: Clock },
  organizationId: string | null,
  name: VersionName,
  by: By,
): Promise<{ id: string }> {
  const named =
    'id' in name
      ? eq(clientVersions.id, name.id)
      : and(eq(clientVersions.client, name.client), eq(clientVersions.version, name.version));
  const open = and(ownedBy(clientVersions, organizationId), named, ne(clientVersions.state, 'RETIRED'));
  return await catalog.write(async (tx) => {
    const [retired] = await tx
      .update(clientVersions)
      .set({ state: 'RETIRED', retiredAt: clock() })
      .where(open)
      .returning({ id: clientVersions.id, client: clientVersions.client, version: clientVersions.version });
    if (!retired) throw nothingToRetire(name);
    await notifyDocumentsChanged(tx, organizationId);
    await recordAudit(tx, {
      ...by,
      action: 'client-version.retired',
      ...(organizationId !== null && { organizationId }),
      resource: { type: 'ClientVersion', id: retired.id },
      metadata: { client: retired.client, version: retired.version },
    });
    return retired;
  });
}

function nothingToRetire(name: VersionName): AppError {
  if ('id' in name) return notFound('ClientVersion', 'input.clientVersionId');
  return new AppError('NOT_FOUND', `There is no version ${name.version} of ${name.client} to retire`);
}

/** A document in use, with the client versions that have it. */
export interface DocumentInUse {
  id: string;
  documentId: string;
  document: string;
  operations: string[];
  coordinates: string[];
  organizationId: string | null;
  versions: { client: string; version: string; lastUsedAt: Date | null }[];
}

const page = 200;

/** The documents of versions that are not retired. `owner` null: those of the installation; absent: of all owners. */
export async function* documentsInUse(catalog: Catalog, owner?: string | null): AsyncGenerator<DocumentInUse> {
  for (let after: string | undefined; ; ) {
    const rows = await readPage(catalog, owner, after);
    yield* rows;
    after = rows.at(-1)?.id;
    if (rows.length < page) return;
  }
}

async function readPage(catalog: Catalog, owner: string | null | undefined, after: string | undefined) {
  const { id, documentId, document, operations, coordinates, organizationId } = trustedDocuments;
  const inUse = ne(clientVersions.state, 'RETIRED');
  return await catalog.read(async (db) => {
    const used = db
      .select({ id: clientVersionDocuments.trustedDocumentId })
      .from(clientVersionDocuments)
      .innerJoin(clientVersions, and(eq(clientVersions.id, clientVersionDocuments.clientVersionId), inUse));
    const documents = await db
      .select({ id, documentId, document, operations, coordinates, organizationId })
      .from(trustedDocuments)
      .where(
        and(
          inArray(id, used),
          after === undefined ? undefined : gt(id, after),
          owner === undefined ? undefined : ownedBy(trustedDocuments, owner),
        ),
      )
      .orderBy(asc(id))
      .limit(page);
    const links = await db
      .select({
        documentId: clientVersionDocuments.trustedDocumentId,
        client: clientVersions.client,
        version: clientVersions.version,
        lastUsedAt: clientVersionDocuments.lastUsedAt,
      })
      .from(clientVersionDocuments)
      .innerJoin(clientVersions, and(eq(clientVersions.id, clientVersionDocuments.clientVersionId), inUse))
      .where(
        inArray(
          clientVersionDocuments.trustedDocumentId,
          documents.map((each) => each.id),
        ),
      )
      .orderBy(asc(clientVersions.client), asc(clientVersions.id));
    const byDocument = Map.groupBy(links, (link) => link.documentId);
    return documents.map((each) => ({
      ...each,
      versions: (byDocument.get(each.id) ?? []).map(({ documentId: _, ...version }) => version),
    }));
  });
}
