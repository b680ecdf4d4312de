import { PothosValidationError } from '@pothos/core';
import { GraphQLError, Kind } from 'graphql';
import { toAppError } from '../../db/pg-errors.ts';
import { AppError, type ErrorCode, errorCodes, httpStatusOf } from '../../lib/errors.ts';
import { uuidv7 } from '../../lib/ids.ts';
import type { Logger } from '../../lib/logger.ts';
import { argumentOf } from '../limits/check-bounds.ts';
import { outageLogOf } from './outage-log.ts';

/** Codes that fail the whole request: the response gets an HTTP error status. */
const requestCodes: ReadonlySet<ErrorCode> = new Set([
  'UNAUTHENTICATED',
  'RATE_LIMITED',
  'TENANT_NOT_FOUND',
  'TENANT_MISMATCH',
  'TENANT_INACTIVE',
  'SESSION_REVOKED',
  'UNAVAILABLE',
  'MIGRATING',
  'CONNECTION_LOST',
  'TIMEOUT',
  'CSRF_REQUIRED',
  'METHOD_NOT_ALLOWED',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'NOT_ACCEPTABLE',
  'REQUEST_TIMEOUT',
  'IDEMPOTENCY_IN_PROGRESS',
]);

function extensionsOf({ code, details }: AppError, ofRequest = requestCodes.has(code)): Record<string, unknown> {
  const retryAfter = details.retryAfter;
  const http = ofRequest && {
    status: httpStatusOf(code),
    ...(retryAfter !== undefined && { headers: { 'retry-after': String(Math.ceil(retryAfter)) } }),
  };
  return { code, ...details, ...(http && { http }) };
}

/** The error that a resolver threw, unwrapped from the executor's GraphQLError. */
export function rootCause(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? rootCause(error.originalError) : error;
}

/** The error to show to the caller; undefined if it is unexpected. */
export function knownError(error: unknown): AppError | undefined {
  const cause = rootCause(error);
  if (cause instanceof AppError) return cause;
  if (cause instanceof PothosValidationError) {
    return new AppError(/cursor/i.test(cause.message) ? 'BAD_CURSOR' : 'BAD_INPUT', cause.message);
  }
  return toAppError(cause);
}

/**
 * Makes the GraphQL error for the caller. An unexpected error becomes INTERNAL with an id, and is logged once with that
 * id. Outages of the database (a full disk, a lost connection) are logged with counts, because callers only see that
 * they should retry.
 */
export function maskError(error: unknown, logger: Logger): GraphQLError {
  const place =
    error instanceof GraphQLError
      ? { nodes: error.nodes, path: error.path, source: error.source, positions: error.positions }
      : {};
  const known = knownError(error);
  if (known && known.code !== 'INTERNAL') {
    logOutage(known, logger);
    return new GraphQLError(known.message, { ...place, extensions: extensionsOf(known), originalError: known });
  }
  if (error instanceof GraphQLError && rootCause(error) instanceof GraphQLError) return withCode(error);
  const errorId = uuidv7();
  logger.error({ err: rootCause(error), errorId, path: place.path }, 'unexpected error');
  return new GraphQLError('Something went wrong on our side', { ...place, extensions: { code: 'INTERNAL', errorId } });
}

/** The error of an operation that was refused before it ran, with an HTTP error status. */
export function requestError(error: unknown, logger: Logger): GraphQLError {
  const known = knownError(error);
  if (!known || known.code === 'INTERNAL') return maskError(error, logger);
  logOutage(known, logger);
  return new GraphQLError(known.message, { extensions: extensionsOf(known, true) });
}

/** Like `requestError`, as an AppError for answers outside GraphQL. */
export function toRequestError(error: unknown, logger: Logger): AppError {
  const { message, extensions } = requestError(error, logger);
  const { code, http: _, ...details } = extensions as { code: ErrorCode; http?: object };
  return new AppError(code, message, details);
}

/** The code of an error as its caller sees it. */
export function codeOf(error: unknown): ErrorCode {
  const known = knownError(error);
  if (known) return known.code;
  const isGraph = error instanceof GraphQLError && rootCause(error) instanceof GraphQLError;
  return isGraph ? (withCode(error).extensions.code as ErrorCode) : 'INTERNAL';
}

function logOutage(error: AppError, logger: Logger): void {
  if (httpStatusOf(error.code) >= 500 && error.cause) outageLogOf(logger).failed(error);
}

const codeOfStatus: Record<number, ErrorCode> = {
  405: 'METHOD_NOT_ALLOWED',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
};

/** Gives a code to errors of graphql-js and Yoga: syntax, validation, invalid variables, a malformed body. */
function withCode(error: GraphQLError): GraphQLError {
  const { code } = error.extensions;
  const isOfVariable = error.message.startsWith(variablePrefix);
  if ((errorCodes as readonly unknown[]).includes(code) && !isOfVariable) return error;
  const { nodes, path, source, positions } = error;
  const extensions = code === undefined || isOfVariable ? extensionsByMessage(error) : requestExtensions(error);
  // graphql-js repeats the whole input, with passwords and tokens, which must not get into the logs of clients
  const message = isOfVariable ? error.message.replace(/(?:, found| Found): .*$/s, '') : error.message;
  return new GraphQLError(message, { nodes, path, source, positions, extensions });
}

const variablePrefix = 'Variable "$';
/**
 * The path of an invalid value in graphql-js's message, such as ` at .tags[0]`. It contains only names of the graph.
 */
const variableError = /^Variable "\$\w+" has invalid (?:default )?value(?: at ((?:\.\w+|\[\d+\])+))?: /;
/** The missing or unknown field of an input object, in graphql-js's message. */
const fieldOfObject = /^Expected value (?:of type "\w+" )?(?:not )?to include (?:required|unknown) field "(\w+)"/;

/** Invalid variables fail the whole request; clients that accept application/graphql-response+json get status 400. */
function extensionsByMessage({ message, nodes }: GraphQLError): Record<string, unknown> {
  if (message.startsWith(variablePrefix)) {
    return { code: 'BAD_INPUT', ...fieldOfVariable(message, nodes), http: { status: 400, spec: true } };
  }
  return { code: message.startsWith('Syntax Error') ? 'GRAPHQL_PARSE_FAILED' : 'GRAPHQL_VALIDATION_FAILED' };
}

function fieldOfVariable(message: string, nodes: GraphQLError['nodes']): { field?: string } {
  const definition = nodes?.find((node) => node.kind === Kind.VARIABLE_DEFINITION);
  const found = variableError.exec(message);
  if (!definition || !found) return {};
  const inner = found[1]?.replaceAll(/\[(\d+)\]/g, '.$1') ?? '';
  const name = fieldOfObject.exec(message.slice(found[0].length))?.[1];
  return { field: argumentOf(definition) + inner + (name ? `.${name}` : '') };
}

/** Yoga has its own codes for malformed requests; ours follow from its HTTP status. */
function requestExtensions({ extensions }: GraphQLError): Record<string, unknown> {
  const { status = 400, headers } = (extensions.http ?? {}) as { status?: number; headers?: object };
  return { code: codeOfStatus[status] ?? 'BAD_INPUT', http: { status, ...(headers && { headers }) } };
}
