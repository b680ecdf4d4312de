import { AppError, badInput } from '../lib/errors.ts';
import { isPlainObject } from '../lib/plain-object.ts';
import { requireDecodable } from './routes/percent-encoding.ts';

/** The parameters of a GraphQL request. */
export interface GraphParams {
  query: string;
  variables?: Record<string, unknown>;
  operationName?: string;
  extensions?: Record<string, unknown>;
}

const names = new Set(['query', 'variables', 'operationName', 'extensions', 'documentId']);

/**
 * Checks the parsed JSON of a body. Throws BAD_INPUT, and PERSISTED_QUERY_NOT_SUPPORTED for a hash instead of a
 * document.
 */
export function readGraphParams(content: unknown): GraphParams {
  if (Array.isArray(content)) throw badInput('Send one operation: lists of operations are not supported', 'body');
  if (!isPlainObject(content)) throw badInput('Send a JSON object with `query`', 'body');
  for (const name of Object.keys(content)) {
    if (!names.has(name) && content[name] !== null) throw badInput('There is no such parameter', name);
  }
  const { query, variables, operationName, extensions, documentId } = content;
  requireOptional(operationName, 'operationName', (value) => typeof value === 'string', 'a string');
  requireOptional(variables, 'variables', isPlainObject, 'an object');
  requireOptional(extensions, 'extensions', isPlainObject, 'an object');
  requireDocument(query, extensions as object | undefined, documentId);
  return Object.fromEntries(
    Object.entries({ query, variables, operationName, extensions }).filter(([, value]) => value != null),
  ) as unknown as GraphParams;
}

function requireOptional(value: unknown, name: string, fits: (value: unknown) => boolean, expected: string): void {
  if (value !== undefined && value !== null && !fits(value)) throw badInput(`Must be ${expected}`, name);
}

function requireDocument(query: unknown, extensions: object | null | undefined, documentId: unknown): void {
  if (typeof query === 'string' && query !== '') return;
  if (query !== undefined && query !== null && query !== '') throw badInput('Must be a string', 'query');
  const hasHash = documentId != null || (extensions && 'persistedQuery' in extensions);
  // On exactly this message, Apollo Client and urql resend the request with the document
  if (hasHash) throw new AppError('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
  throw badInput('Send a document', 'query');
}

/** Reads the parameters of a GET. Throws the same errors. */
export function readQueryString(search: string): GraphParams {
  requireDecodable(search, 'query');
  const given = new URLSearchParams(search);
  const text = (name: string) => given.get(name) || undefined;
  return readGraphParams({
    query: text('query'),
    operationName: text('operationName'),
    documentId: text('documentId'),
    variables: jsonOf('variables', text('variables')),
    extensions: jsonOf('extensions', text('extensions')),
  });
}

function jsonOf(name: string, text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw badInput('Must be JSON', name);
  }
}
