import type { OperationTypeNode } from 'graphql';
import type { GraphRequest } from '../../graphql/context.ts';
import { sha256Of } from '../../graphql/documents/document-id.ts';
import type { DocumentUse } from '../../graphql/documents/document-use.ts';
import type { RegisteredDocument, TrustedDocuments } from '../../graphql/documents/trusted-documents.ts';
import { codeOf } from '../../graphql/execute/mask-error.ts';
import { isApiKeyHeader } from '../../identity/credential.ts';
import { AppError } from '../../lib/errors.ts';
import { Lru } from '../../lib/lru.ts';
import { type GraphParams, hashOf } from '../graph-params.ts';
import type { OnOperation } from '../metrics/operation-done.ts';
import type { RequestHead } from './head.ts';
import type { RequestReader } from './request-reader.ts';

export interface DocumentGateOptions {
  reader: RequestReader;
  trusted: TrustedDocuments;
  use: DocumentUse;
  /** Whether clients may send the hash of a text that they sent before (Automatic Persisted Queries). */
  automatic: boolean;
  /** Whether only members with graph:explore may send texts. */
  persistedOnly: boolean;
  /** Called for every request whose document was refused. Its operation is not known, so it counts as a query. */
  onOperation?: OnOperation | undefined;
}

/** The document that a request runs. */
export interface OpenedDocument {
  text: string;
  /** Whether it is registered: then senders who may not send texts may run it too. */
  registered: boolean;
  /** The tenant and the sender, if they had to be known to find or to allow the document. */
  request?: GraphRequest;
}

/** Characters of texts that are kept for Automatic Persisted Queries. */
const keptCharacters = 2_000_000;

/**
 * Finds the document of a request, and decides whether the sender may run it, before it is parsed. Every transport uses
 * it.
 */
export class DocumentGate {
  readonly #options: DocumentGateOptions;
  /** Texts by organization and hash. */
  readonly #sent = new Lru<string>(keptCharacters);

  constructor(options: DocumentGateOptions) {
    this.#options = options;
  }

  /**
   * Throws PERSISTED_DOCUMENTS_ONLY, PERSISTED_DOCUMENT_NOT_FOUND, PERSISTED_DOCUMENT_RETIRED,
   * PERSISTED_DOCUMENT_MISMATCH, PERSISTED_OPERATION_NOT_FOUND, PERSISTED_QUERY_NOT_FOUND,
   * PERSISTED_QUERY_NOT_SUPPORTED, and what finding the sender throws.
   */
  async open(params: GraphParams, head: RequestHead): Promise<OpenedDocument> {
    const from = performance.now();
    try {
      return await this.#open(params, head);
    } catch (error) {
      const refused = { kind: 'query' as OperationTypeNode, name: 'query', tenant: undefined, compiled: false };
      this.#options.onOperation?.({ ...refused, outcome: codeOf(error), ms: performance.now() - from });
      throw error;
    }
  }

  async #open(params: GraphParams, head: RequestHead): Promise<OpenedDocument> {
    const { query, documentId } = params;
    const { automatic, persistedOnly, reader } = this.#options;
    const hash = automatic || query === undefined ? hashOf(params) : undefined;
    const isPlain = query !== undefined && documentId === undefined && hash === undefined;
    if (isPlain && !persistedOnly && !isApiKeyHeader(head.headers.get('authorization'))) {
      return { text: query, registered: false };
    }
    const request = await reader.resolve(head);
    if (documentId !== undefined) return this.#registered(documentId, params, head, request);
    if (query === undefined) return this.#byHash(hash ?? '', params, head, request);
    if (this.#mayOnlyRunRegistered(request)) throw documentsOnly();
    if (hash !== undefined) this.#keep(hash, query, request);
    return { text: query, registered: false, request };
  }

  async #registered(
    documentId: string,
    { query, operationName }: GraphParams,
    head: RequestHead,
    request: GraphRequest,
  ): Promise<OpenedDocument> {
    const document = await this.#options.trusted.find(documentId, request.tenant?.id);
    if (query !== undefined && query !== document.text) throw mismatch();
    requireOperation(document, operationName);
    this.#options.use.note(document, {
      client: head.headers.get('apollographql-client-name'),
      version: head.headers.get('apollographql-client-version'),
    });
    return { text: document.text, registered: true, request };
  }

  /** The client sends the text itself once it learns that the hash is not known. */
  async #byHash(hash: string, params: GraphParams, head: RequestHead, request: GraphRequest): Promise<OpenedDocument> {
    try {
      return await this.#registered(hash, params, head, request);
    } catch (error) {
      const mayResend = !this.#mayOnlyRunRegistered(request);
      if (!mayResend || !(error instanceof AppError) || !unregistered.has(error.code)) throw error;
    }
    if (!this.#options.automatic) throw new AppError('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
    const text = this.#sent.get(keyOf(hash, request));
    // On exactly this message, Apollo Client and urql resend the request with the document
    if (text === undefined) throw new AppError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
    return { text, registered: false, request };
  }

  #keep(hash: string, text: string, request: GraphRequest): void {
    if (sha256Of(text) !== hash) throw mismatch();
    this.#sent.set(keyOf(hash, request), text, text.length);
  }

  #mayOnlyRunRegistered({ viewer }: GraphRequest): boolean {
    if (viewer?.apiKey?.persistedOnly) return true;
    return this.#options.persistedOnly && !viewer?.permissions.has('graph:explore');
  }
}

const unregistered: ReadonlySet<string> = new Set(['PERSISTED_DOCUMENT_NOT_FOUND', 'PERSISTED_DOCUMENT_RETIRED']);

/** A text that one organization sent is not known to another. */
const keyOf = (hash: string, { tenant }: GraphRequest): string => `${tenant?.id ?? ''} ${hash}`;

export const documentsOnly = (): AppError =>
  new AppError('PERSISTED_DOCUMENTS_ONLY', 'Send the id of a registered document instead of a text');

const mismatch = (): AppError =>
  new AppError('PERSISTED_DOCUMENT_MISMATCH', 'The text is not the one that the id or hash stands for');

function requireOperation({ operations }: RegisteredDocument, operationName: string | undefined): void {
  if (operationName === undefined || operationName === '' || operations.includes(operationName)) return;
  throw new AppError('PERSISTED_OPERATION_NOT_FOUND', 'The document has no operation of this name', {
    field: 'operationName',
  });
}
