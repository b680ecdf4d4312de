import { isDocumentId } from '../graphql/documents/document-id.ts';
import { badInput } from '../lib/errors.ts';
import { isPlainObject } from '../lib/plain-object.ts';
import { requireDecodable } from './routes/percent-encoding.ts';

/** The parameters of a GraphQL request: at least a text, an id, or the hash of a text. */
export interface GraphParams {
  query?: string;
  /** The id of a registered document. */
  documentId?: string;
  variables?: Record<string, unknown>;
  operationName?: string;
  extensions?: Record<string, unknown>;
}

const names = ['query', 'variables', 'operationName', 'extensions', 'documentId'];

export interface ParamsOptions {
  /** Other names of `documentId` that clients may use. */
  aliases: readonly string[];
}

/** Checks the parsed JSON of a body. Throws BAD_INPUT. */
export function readGraphParams(content: unknown, { aliases }: ParamsOptions): GraphParams {
  if (Array.isArray(content)) throw badInput('Send one operation: lists of operations are not supported', 'body');
  if (!isPlainObject(content)) throw badInput('Send a JSON object with `query`', 'body');
  for (const name of Object.keys(content)) {
    const isKnown = names.includes(name) || aliases.includes(name);
    if (!isKnown && content[name] !== null) throw badInput('There is no such parameter', name);
  }
  const { query, variables, operationName, extensions } = content;
  const documentId = content.documentId ?? aliases.map((name) => content[name]).find((id) => id != null);
  requireOptional(operationName, 'operationName', isText, 'a string');
  requireOptional(variables, 'variables', isPlainObject, 'an object');
  requireOptional(extensions, 'extensions', isPlainObject, 'an object');
  requireOptional(query, 'query', isText, 'a string');
  requireOptional(documentId, 'documentId', (id) => isText(id) && isDocumentId(id), 'the id of a document');
  const params = { query: query || null, documentId, variables, operationName, extensions };
  const given = Object.fromEntries(Object.entries(params).filter(([, value]) => value != null)) as GraphParams;
  if (given.query === undefined && given.documentId === undefined && hashOf(given) === undefined) {
    throw badInput('Send a document', 'query');
  }
  return given;
}

/** The SHA-256 digest that a client sends for a text (`extensions.persistedQuery`); '' for anything else there. */
export function hashOf({ extensions }: GraphParams): string | undefined {
  const { persistedQuery } = extensions ?? {};
  if (persistedQuery === undefined || persistedQuery === null) return undefined;
  const { sha256Hash } = persistedQuery as { sha256Hash?: unknown };
  return isText(sha256Hash) && isDocumentId(sha256Hash) ? sha256Hash : '';
}

const isText = (value: unknown): value is string => typeof value === 'string';

function requireOptional(value: unknown, name: string, fits: (value: unknown) => boolean, expected: string): void {
  if (value !== undefined && value !== null && !fits(value)) throw badInput(`Must be ${expected}`, name);
}

/** Reads the parameters of a GET. Throws the same errors. */
export function readQueryString(search: string, options: ParamsOptions): GraphParams {
  requireDecodable(search, 'query');
  const given = new URLSearchParams(search);
  const text = (name: string) => given.get(name) || undefined;
  const ids = ['documentId', ...options.aliases].map((name) => [name, text(name)]);
  return readGraphParams(
    {
      ...Object.fromEntries(ids),
      query: text('query'),
      operationName: text('operationName'),
      variables: jsonOf('variables', text('variables')),
      extensions: jsonOf('extensions', text('extensions')),
    },
    options,
  );
}

function jsonOf(name: string, text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw badInput('Must be JSON', name);
  }
}
