import { eq, inArray, isNull, or, sql } from 'drizzle-orm';
import { BoundedStalenessCache } from '../../lib/bounded-staleness-cache.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import { Lru } from '../../lib/lru.ts';
import type { Catalog } from '../../tenancy/catalog.ts';
import { candidateIds, sha256Of } from './document-id.ts';
import { clientVersionDocuments, clientVersions, trustedDocuments } from './tables.ts';

/** How stale a list of ids may be if a notification is lost. */
const maxAgeMs = 60_000;
/** Owners whose ids are cached, and characters of cached texts. */
const keptOwners = 2_000;
const keptCharacters = 8_000_000;

interface ListedVersion {
  id: string;
  client: string;
  version: string;
}

interface Entry {
  id: string;
  hash: string;
  operations: string[];
  /** The versions whose clients may run it. */
  active: ListedVersion[];
  retired: boolean;
}

type Index = ReadonlyMap<string, Entry>;

/** A registered document that a request may run. */
export interface RegisteredDocument {
  id: string;
  text: string;
  operations: readonly string[];
  versions: readonly ListedVersion[];
}

const installation = 'installation';

/**
 * Finds the documents of requests by their ids. The ids of an owner (an organization, or the installation) are read
 * together and cached, so that an unknown id costs no statement; texts never change, and are cached on their own.
 */
export class TrustedDocuments {
  readonly #catalog: Catalog;
  readonly #indexes: BoundedStalenessCache<string, Index>;
  readonly #texts = new Lru<string>(keptCharacters);

  constructor(catalog: Catalog, clock: Clock) {
    this.#catalog = catalog;
    this.#indexes = new BoundedStalenessCache({
      clock,
      forMs: maxAgeMs,
      capacity: keptOwners,
      keyOf: (owner) => owner,
      read: async (owner) => (await this.#read([owner]))[0],
      readMany: (owners) => this.#read(owners),
    });
    catalog.bus.on('documents.changed', () => this.#indexes.clear());
    catalog.bus.onDoubt(() => this.#indexes.clear());
  }

  /**
   * The document with this id: the organization's own, else the installation's. Throws PERSISTED_DOCUMENT_NOT_FOUND,
   * and PERSISTED_DOCUMENT_RETIRED when all versions that have it are retired.
   */
  async find(documentId: string, organizationId: string | undefined): Promise<RegisteredDocument> {
    const owners = organizationId === undefined ? [installation] : [organizationId, installation];
    const indexes = await Promise.all(owners.map((owner) => this.#index(owner)));
    const ids = candidateIds(documentId);
    const entries = indexes.flatMap((index) => ids.flatMap((id) => index.get(id) ?? []));
    const entry = entries.find(({ active }) => active.length > 0);
    if (entry) {
      const { id, operations, active } = entry;
      return { id, text: await this.#text(entry), operations, versions: active };
    }
    if (entries.some(({ retired }) => retired)) {
      throw new AppError(
        'PERSISTED_DOCUMENT_RETIRED',
        'Every client version with this document is retired: update the client',
      );
    }
    throw new AppError('PERSISTED_DOCUMENT_NOT_FOUND', 'No document is registered under this id');
  }

  /** The texts of the installation's documents that requests may run. */
  async textsOfInstallation(most: number): Promise<string[]> {
    const rows = await this.#catalog.read((db) =>
      db
        .selectDistinct({ id: trustedDocuments.id, text: trustedDocuments.document })
        .from(trustedDocuments)
        .innerJoin(clientVersionDocuments, eq(clientVersionDocuments.trustedDocumentId, trustedDocuments.id))
        .innerJoin(clientVersions, eq(clientVersions.id, clientVersionDocuments.clientVersionId))
        .where(sql`${isNull(trustedDocuments.organizationId)} and ${eq(clientVersions.state, 'ACTIVE')}`)
        .limit(most),
    );
    return rows.map(({ text }) => text);
  }

  async #index(owner: string): Promise<Index> {
    const index = this.#catalog.bus.live ? await this.#indexes.get(owner) : (await this.#read([owner]))[0];
    return index ?? new Map();
  }

  async #text({ id, hash }: Entry): Promise<string> {
    const known = this.#texts.get(id);
    if (known !== undefined) return known;
    const [row] = await this.#catalog.read((db) =>
      db.select({ text: trustedDocuments.document }).from(trustedDocuments).where(eq(trustedDocuments.id, id)),
    );
    if (!row || sha256Of(row.text) !== hash) {
      throw new AppError('PERSISTED_DOCUMENT_MISMATCH', 'The stored text is not the one that was registered');
    }
    this.#texts.set(id, row.text, row.text.length);
    return row.text;
  }

  async #read(owners: readonly string[]): Promise<Index[]> {
    const { id, organizationId, documentId, hash, operations } = trustedDocuments;
    const { client, version, state } = clientVersions;
    const ofOrganizations = owners.filter((owner) => owner !== installation);
    const wanted = or(
      owners.includes(installation) ? isNull(organizationId) : undefined,
      ofOrganizations.length ? inArray(organizationId, ofOrganizations) : undefined,
    );
    const rows = await this.#catalog.read((db) =>
      db
        .select({
          id,
          organizationId,
          documentId,
          hash,
          operations,
          versionId: clientVersions.id,
          client,
          version,
          state,
        })
        .from(trustedDocuments)
        .innerJoin(clientVersionDocuments, eq(clientVersionDocuments.trustedDocumentId, id))
        .innerJoin(clientVersions, eq(clientVersions.id, clientVersionDocuments.clientVersionId))
        .where(wanted),
    );
    const byOwner = Map.groupBy(rows, (row) => row.organizationId ?? installation);
    return owners.map((owner) => indexOf(byOwner.get(owner) ?? []));
  }
}

interface Row extends Pick<Entry, 'id' | 'hash' | 'operations'> {
  documentId: string;
  versionId: string;
  client: string;
  version: string;
  state: 'PENDING' | 'ACTIVE' | 'RETIRED';
}

function indexOf(rows: readonly Row[]): Index {
  const index = new Map<string, Entry>();
  for (const { documentId, id, hash, operations, versionId, client, version, state } of rows) {
    const entry = index.get(documentId) ?? { id, hash, operations, active: [], retired: false };
    index.set(documentId, entry);
    if (state === 'ACTIVE') entry.active.push({ id: versionId, client, version });
    if (state === 'RETIRED') entry.retired = true;
  }
  return index;
}
