import { sql } from 'drizzle-orm';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Catalog } from '../../tenancy/catalog.ts';
import { clientVersionDocuments } from './tables.ts';
import type { RegisteredDocument } from './trusted-documents.ts';

/** How long uses are collected before they are written. */
const collectMs = 10_000;
/** The most pairs of document and version between two writes. Uses of further pairs are not counted. */
const mostCollected = 20_000;

interface Use {
  versionId: string;
  documentId: string;
  uses: number;
}

/** What a client says about itself. */
export interface ClientNames {
  client: string | null;
  version: string | null;
}

/**
 * Counts the uses of registered documents by client version. Uses are collected and written together, in the
 * background. If a client names none of the active versions that have the document, the use counts for each of them.
 */
export class DocumentUse implements AsyncDisposable {
  readonly #catalog: Catalog;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #collected = new Map<string, Use>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(catalog: Catalog, clock: Clock, logger: Logger) {
    this.#catalog = catalog;
    this.#clock = clock;
    this.#logger = logger;
  }

  note({ id: documentId, versions }: RegisteredDocument, { client, version }: ClientNames): void {
    const named = versions.filter((each) => each.version === version && (client === null || each.client === client));
    for (const { id: versionId } of named.length > 0 ? named : versions) this.#add(documentId, versionId);
    this.#timer ??= setTimeout(() => void this.flush(), collectMs).unref();
  }

  /** Writes the collected uses now. Never throws: a failure is logged. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const uses = [...this.#collected.values()];
    this.#collected = new Map();
    if (uses.length > 0) {
      this.#writing = this.#writing
        .then(() => this.#write(uses))
        .catch((error: unknown) => this.#logger.warn({ err: error }, 'the use of registered documents was not noted'));
    }
    return this.#writing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush();
  }

  #add(documentId: string, versionId: string): void {
    const key = `${versionId} ${documentId}`;
    const known = this.#collected.get(key);
    if (known) known.uses++;
    else if (this.#collected.size < mostCollected) this.#collected.set(key, { versionId, documentId, uses: 1 });
  }

  async #write(uses: readonly Use[]): Promise<void> {
    const column = (of: (use: Use) => string | number) => sql.param(uses.map(of));
    const now = this.#clock();
    const used = sql`unnest(${column((use) => use.versionId)}::uuid[], ${column((use) => use.documentId)}::uuid[],
      ${column((use) => use.uses)}::bigint[]) as used(version_id, document_id, uses)`;
    await this.#catalog.write(async (tx) => {
      // Processes write the same rows: locked in one order, they wait for each other instead of deadlocking
      await tx.execute(sql`with found as (
          select v.client_version_id, v.trusted_document_id, used.uses from ${clientVersionDocuments} v
          join ${used} on v.client_version_id = used.version_id and v.trusted_document_id = used.document_id
          order by v.client_version_id, v.trusted_document_id for update of v)
        update ${clientVersionDocuments} v set uses = v.uses + found.uses,
          last_used_at = greatest(v.last_used_at, ${now.toISOString()}::timestamptz)
        from found where v.client_version_id = found.client_version_id
          and v.trusted_document_id = found.trusted_document_id`);
    });
  }
}
