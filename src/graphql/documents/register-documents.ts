import { setImmediate as nextLoop } from 'node:timers/promises';
import { and, eq, inArray, isNull, type SQL } from 'drizzle-orm';
import type { GraphQLSchema } from 'graphql';
import { z } from 'zod';
import { advisoryLocks, lockStatement } from '../../db/advisory-lock.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError, badInput, type ErrorCode } from '../../lib/errors.ts';
import { nameUpTo } from '../../lib/fields.ts';
import { uuidv7 } from '../../lib/ids.ts';
import { checkInput } from '../../lib/input.ts';
import { type By, recordAudit } from '../../tenancy/audit.ts';
import type { Catalog, CatalogTx } from '../../tenancy/catalog.ts';
import { notifyDocumentsChanged } from '../../tenancy/invalidation.ts';
import { codeOf } from '../execute/mask-error.ts';
import type { GraphLimits } from '../limits/complexity.ts';
import { isDocumentId, registeredId, sha256Of } from './document-id.ts';
import { inspectDocument } from './inspect-document.ts';
import { clientVersionDocuments, clientVersions, trustedDocuments } from './tables.ts';

/** The most documents of one manifest, and of an organization or the installation. */
export const registryLimits = { perManifest: 2_000, perOwner: 20_000 } as const;

/** A name of a client or version, chosen by the users who register it. */
const clientName = nameUpTo(100);

const registration = z.object({
  client: clientName,
  version: clientName,
  /** Registers the documents without letting requests use them yet. */
  pending: z.boolean().default(false),
  documents: z
    .array(z.object({ id: z.string(), text: z.string().min(1).max(200_000) }))
    .min(1)
    .max(registryLimits.perManifest),
});

export type Registration = z.input<typeof registration>;

/** Why a document was refused. */
export interface RefusedDocument {
  id: string;
  code: ErrorCode;
  message: string;
}

export interface RegistrationResult {
  /** Empty if a document of a new version was refused. */
  clientVersionId: string;
  client: string;
  version: string;
  /** After the registration. If a document was refused, as before it, and null for a new version. */
  state: 'PENDING' | 'ACTIVE' | 'RETIRED' | null;
  /** The ids of documents that were not registered before, and of those that were. */
  added: string[];
  known: string[];
  refused: RefusedDocument[];
}

export interface Registry {
  catalog: Catalog;
  clock: Clock;
  schema: GraphQLSchema;
  limits: GraphLimits;
  /** Resolves when the next document may be validated, which blocks the event loop for a millisecond or so. */
  turn?: () => Promise<unknown>;
}

type Row = typeof trustedDocuments.$inferInsert;

/** The rows of an organization, or of the installation for null. */
export const ownedBy = (
  table: typeof trustedDocuments | typeof clientVersions,
  organizationId: string | null,
): SQL | undefined =>
  organizationId === null ? isNull(table.organizationId) : eq(table.organizationId, organizationId);

/**
 * Registers the documents of a client version, all of them or none: those that requests could not run are `refused`.
 * Registering a retired version again makes it active. Without an organization the documents are for all organizations.
 */
export async function registerDocuments(
  { catalog, clock, schema, limits, turn = nextLoop }: Registry,
  organizationId: string | null,
  input: Registration,
  by: By,
): Promise<RegistrationResult> {
  const { client, version, pending, documents } = checkInput(registration, input);
  const refused: RefusedDocument[] = [];
  const rows = new Map<string, Row>();
  for (const { id, text } of documents) {
    await turn();
    try {
      const row = { ...inspected(schema, limits, id, text), organizationId, client, createdAt: clock() };
      const twin = rows.get(row.documentId);
      if (twin && twin.hash !== row.hash)
        throw new AppError('PERSISTED_DOCUMENT_MISMATCH', 'Another document of this version has the same id');
      rows.set(row.documentId, row);
    } catch (error) {
      refused.push({ id, code: codeOf(error), message: (error as Error).message });
    }
  }
  return await catalog.write(async (tx) => {
    const taken = await readTaken(tx, organizationId, [...rows.keys()]);
    for (const { documentId, hash } of rows.values()) {
      const before = taken.get(documentId);
      if (before === undefined || before.hash === hash) continue;
      const message = 'Another text is registered under this id';
      refused.push({ id: documentId, code: 'PERSISTED_DOCUMENT_MISMATCH', message });
    }
    const added = [...rows.values()].filter(({ documentId }) => !taken.has(documentId));
    const result = {
      ...{ client, version, refused },
      added: added.map(({ documentId }) => documentId),
      known: [...rows.keys()].filter((id) => taken.has(id)),
    };
    if (refused.length > 0) {
      const before = await findVersion(tx, organizationId, client, version);
      return { ...result, added: [], clientVersionId: before?.id ?? '', state: before?.state ?? null };
    }
    await requireRoom(tx, organizationId, added.length);
    if (added.length > 0) await tx.insert(trustedDocuments).values(added);
    const { id, state } = await writeVersion(tx, { organizationId, client, version, pending, now: clock() });
    const ids = [...rows.values()].map((row) => taken.get(row.documentId)?.id ?? row.id);
    const links = ids.map((trustedDocumentId) => ({ clientVersionId: id, trustedDocumentId }));
    await tx.insert(clientVersionDocuments).values(links).onConflictDoNothing();
    await notifyDocumentsChanged(tx, organizationId);
    await recordAudit(tx, {
      ...by,
      action: 'documents.registered',
      ...(organizationId !== null && { organizationId }),
      resource: { type: 'ClientVersion', id },
      metadata: { client, version, added: result.added.length, known: result.known.length, state },
    });
    return { ...result, clientVersionId: id, state };
  });
}

function inspected(schema: GraphQLSchema, limits: GraphLimits, id: string, text: string) {
  const hash = sha256Of(text);
  const documentId = registeredId(id, hash);
  if (!isDocumentId(documentId)) {
    throw badInput('An id has 1 to 128 letters, digits or -_.:/~, or is sha256: and 64 hexadecimal digits', 'id');
  }
  if (documentId.startsWith('sha256:') && documentId !== `sha256:${hash}`) {
    throw badInput('The id is not the SHA-256 of the text', 'id');
  }
  const { operations, coordinates } = inspectDocument(schema, text, limits);
  return { id: uuidv7(), documentId, hash, document: text, operations, coordinates };
}

async function readTaken(tx: CatalogTx, organizationId: string | null, ids: string[]) {
  // Two registrations of one owner would not see each other's ids
  await tx.execute(lockStatement(advisoryLocks.documents(organizationId ?? 'installation')));
  const { id, documentId, hash } = trustedDocuments;
  const rows = await tx
    .select({ id, documentId, hash })
    .from(trustedDocuments)
    .where(and(ownedBy(trustedDocuments, organizationId), inArray(documentId, ids)));
  return new Map(rows.map((row) => [row.documentId, row]));
}

async function requireRoom(tx: CatalogTx, organizationId: string | null, more: number): Promise<void> {
  const present = more > 0 ? await tx.$count(trustedDocuments, ownedBy(trustedDocuments, organizationId)) : 0;
  const most = registryLimits.perOwner;
  if (present + more > most) throw badInput(`At most ${most} documents can be registered`, 'input.documents');
}

async function findVersion(tx: CatalogTx, organizationId: string | null, client: string, version: string) {
  const named = and(eq(clientVersions.client, client), eq(clientVersions.version, version));
  const [found] = await tx
    .select()
    .from(clientVersions)
    .where(and(ownedBy(clientVersions, organizationId), named));
  return found;
}

interface NewVersion {
  organizationId: string | null;
  client: string;
  version: string;
  pending: boolean;
  now: Date;
}

async function writeVersion(tx: CatalogTx, { organizationId, client, version, pending, now }: NewVersion) {
  const before = await findVersion(tx, organizationId, client, version);
  const state = pending && before?.state !== 'ACTIVE' ? ('PENDING' as const) : ('ACTIVE' as const);
  if (before) {
    await tx.update(clientVersions).set({ state, retiredAt: null }).where(eq(clientVersions.id, before.id));
    return { id: before.id, state };
  }
  const id = uuidv7();
  await tx.insert(clientVersions).values({ id, organizationId, client, version, state, createdAt: now });
  return { id, state };
}
