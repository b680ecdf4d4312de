import postgres from 'postgres';
import { AppError, type ErrorCode, type ErrorDetails } from '../lib/errors.ts';

type ServerError = postgres.PostgresError;

/** Postgres, Node and postgres.js codes with a single meaning; `toAppError` interprets the others. */
const meanings: Record<string, ErrorCode> = {
  // The transaction conflicted with another one
  '40001': 'TRANSACTION_CONFLICT',
  '40P01': 'TRANSACTION_CONFLICT',
  '55P03': 'TRANSACTION_CONFLICT',
  // An administrator, a crash or a limit ended the connection
  '25P03': 'CONNECTION_LOST',
  '25P04': 'CONNECTION_LOST',
  '57P01': 'CONNECTION_LOST',
  '57P02': 'CONNECTION_LOST',
  '57P05': 'CONNECTION_LOST',
  CONNECTION_CLOSED: 'CONNECTION_LOST',
  CONNECTION_DESTROYED: 'CONNECTION_LOST',
  CONNECTION_ENDED: 'CONNECTION_LOST',
  ECONNRESET: 'CONNECTION_LOST',
  EPIPE: 'CONNECTION_LOST',
  // The server accepts no connections now
  '57P03': 'UNAVAILABLE',
  CONNECT_TIMEOUT: 'UNAVAILABLE',
  ECONNREFUSED: 'UNAVAILABLE',
  EHOSTUNREACH: 'UNAVAILABLE',
  ENETUNREACH: 'UNAVAILABLE',
  ENOTFOUND: 'UNAVAILABLE',
  EAI_AGAIN: 'UNAVAILABLE',
  ETIMEDOUT: 'UNAVAILABLE',
  // The statement exceeds a limit of the server
  '54000': 'TOO_COMPLEX',
  '54001': 'TOO_COMPLEX',
  '54023': 'TOO_COMPLEX',
  // Values and rows
  '23505': 'ALREADY_EXISTS',
  '23001': 'IN_USE',
  '23514': 'BAD_INPUT',
  '22001': 'BAD_INPUT',
  '22003': 'BAD_INPUT',
  '22007': 'BAD_INPUT',
  '22008': 'BAD_INPUT',
  '22009': 'BAD_INPUT',
  '22021': 'BAD_INPUT',
  '22P02': 'BAD_INPUT',
  '22P05': 'BAD_INPUT',
};

const messages: Partial<Record<ErrorCode, string>> = {
  TRANSACTION_CONFLICT: 'Another change conflicted with this one; try again',
  CONNECTION_LOST: 'The connection to the database was lost',
  UNAVAILABLE: 'The database is not available; try again later',
  TIMEOUT: 'The database took too long',
  CANCELLED: 'The request was cancelled',
  ALREADY_EXISTS: 'This already exists',
  IN_USE: 'This is still in use',
  NOT_FOUND: 'An object that this refers to was not found',
  BAD_INPUT: 'A value is not allowed',
  TOO_COMPLEX: 'The request exceeds a limit of the database',
};

/**
 * Resources that a server has run out of, by SQLSTATE. "Not available" would send operators to look for a dead server.
 */
const exhaustedResources: ReadonlyMap<string, string> = new Map([
  ['53100', 'The disk of the database is full'],
  ['53200', 'The database is out of memory'],
  ['53300', 'The database has no free connection'],
]);

const retryable = new Set<ErrorCode>(['TRANSACTION_CONFLICT', 'CONNECTION_LOST', 'UNAVAILABLE']);

/** An AppError with our own message and the database's error as its cause. */
export function databaseError(
  code: ErrorCode,
  cause?: unknown,
  message = messages[code] ?? code,
  details: ErrorDetails = {},
): AppError {
  return new AppError(code, message, retryable.has(code) ? { retryAfter: 1, ...details } : details, { cause });
}

/** The connection ended before COMMIT was answered, so it is unknown whether the transaction was committed. */
export const outcomeUnknown = (cause: unknown): AppError =>
  databaseError(
    'CONNECTION_LOST',
    cause,
    'The connection to the database was lost while saving; it may or may not have been saved',
    { outcome: 'unknown' },
  );

/**
 * Translates an error thrown by a session, a slot or drizzle. An AppError anywhere in the chain of causes is returned
 * as it is. Returns undefined for a bug of ours (permission denied, a missing table), which callers mask and log.
 */
export function toAppError(error: unknown): AppError | undefined {
  for (const link of causes(error)) {
    if (link instanceof AppError) return link;
    const code = meaningOf(link);
    if (code) return databaseError(code, link, exhaustedResources.get(sqlStateOf(link) ?? ''));
  }
  return undefined;
}

/** Whether a unique constraint rejected the row; with a name, whether that constraint did. */
export const isUniqueViolation = (error: unknown, constraint?: string): boolean => violates('23505', error, constraint);

/** Whether a foreign key is violated: the referenced row does not exist, or other rows still refer to this one. */
export const isForeignKeyViolation = (error: unknown, constraint?: string): boolean =>
  violates('23503', error, constraint) || violates('23001', error, constraint);

/** The name of the violated constraint, without the shard number that Citus appends; undefined if there is none. */
export function constraintOf(error: unknown): string | undefined {
  const { constraint_name: name, message } = serverError(error) ?? {};
  return (name || message?.match(/constraint "([^"]+)"/)?.[1])?.replace(/_\d{6,}$/, '');
}

/** Whether the login lacks a privilege: in a session that is a bug, for an administrator a mistake in the set-up. */
export const isPermissionDenied = (error: unknown): boolean => serverError(error)?.code === '42501';

/** Whether an object could not be dropped because others depend on it. */
export const isStillDependedOn = (error: unknown): boolean => sqlStateOf(error) === '2BP01';

/** Whether the server does not know the login, password or database. A retry does not help. */
export const isLoginRefused = (error: unknown): boolean => /^(28000|28P01|3D000)$/.test(sqlStateOf(error) ?? '');

/** Whether the server knows the login, but not this password. */
export const isPasswordRefused = (error: unknown): boolean => sqlStateOf(error) === '28P01';

/** Whether TLS failed: the server's certificate is not trusted, or the server has no TLS. A retry does not help. */
export const isTlsRefused = (error: unknown): boolean => [...causes(error)].some(isOfTls);

/**
 * Codes of OpenSSL for certificates (`CERT_HAS_EXPIRED`, `UNABLE_TO_GET_ISSUER_CERT_LOCALLY`, ...), and Node's codes.
 */
const tlsCodes =
  /^(ERR_(TLS|SSL|OSSL)_.*|CERT_.*|CRL_.*|.*_SELF_SIGNED_.*|SELF_SIGNED_.*|UNABLE_TO_.*|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|PATH_LENGTH_EXCEEDED|EPROTO)$/;

const isOfTls = (error: unknown): boolean => {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && tlsCodes.test(code);
};

/** Whether a table or view in a statement does not exist. */
export const isMissingTable = (error: unknown): boolean => serverError(error)?.code === '42P01';

/** Whether a schema in a statement does not exist. */
export const isMissingSchema = (error: unknown): boolean => serverError(error)?.code === '3F000';

/** Whether the server rejected a row's values: one is invalid for its type, or violates a constraint. */
export const isRefusedRow = (error: unknown): boolean => /^2[23]/.test(serverError(error)?.code ?? '');

/** The SQLSTATE of the server's error, for codes without a function here; undefined for any other error. */
export const sqlStateOf = (error: unknown): string | undefined => serverError(error)?.code;

/** Whether the statement was rejected only because an earlier one of its transaction had failed. */
export const isAbortedTransaction = (error: unknown): boolean => serverError(error)?.code === '25P02';

/**
 * Whether a prepared statement is stale: DDL changed the types of its rows. Its transaction did nothing, and succeeds
 * when it is run again with statements that are parsed again.
 */
export function isStaleStatement(error: unknown): boolean {
  const found = serverError(error);
  return found?.code === '0A000' && found.routine === 'RevalidateCachedQuery';
}

/**
 * The reason with which a statement of ours rejected itself through `extensions.refuse`; undefined for any other error.
 */
export const refusalOf = (error: unknown): string | undefined => {
  const found = serverError(error);
  return found?.code === 'RF001' ? found.message : undefined;
};

/** The error of a statement that failed inside another one, made from the parts that the outer statement returned. */
export const caughtError = (parts: { code: string; message: string; constraint: string; query: string }): Error => {
  const { constraint, ...rest } = parts;
  const Made = postgres.PostgresError as unknown as new (given: object) => Error;
  return new Made({ ...rest, severity: 'ERROR', constraint_name: constraint });
};

/** Whether a prepared statement may be unusable for good, because DDL changed a table. */
export const isPerhapsStale = (error: unknown): boolean => /^(0A|26|42)/.test(sqlStateOf(error) ?? '');

/** Whether the server answered with this error and the connection is usable; after any other its state is unknown. */
export const isAnswer = (error: unknown): boolean =>
  error instanceof postgres.PostgresError && error.severity !== 'FATAL' && error.severity !== 'PANIC';

function meaningOf(error: unknown): ErrorCode | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  if (typeof code !== 'string') return undefined;
  if (Object.hasOwn(meanings, code)) return meanings[code];
  if (isOfTls(error)) return 'UNAVAILABLE';
  if (!(error instanceof postgres.PostgresError)) return undefined;
  // A timeout or a cancel: only the message tells, and it may be translated. Sessions know what they cancelled.
  if (code === '57014') return /user request/.test(error.message) ? 'CANCELLED' : 'TIMEOUT';
  if (code === '0A000') return isStaleStatement(error) ? 'TRANSACTION_CONFLICT' : undefined;
  if (code === '23503') return /^\s*(?:\/\*.*?\*\/\s*)?delete\b/i.test(error.query ?? '') ? 'IN_USE' : 'NOT_FOUND';
  if (code.startsWith('08')) return 'CONNECTION_LOST';
  if (code.startsWith('53')) return 'UNAVAILABLE';
  return undefined;
}

function violates(code: string, error: unknown, constraint?: string): boolean {
  return serverError(error)?.code === code && (constraint === undefined || constraintOf(error) === constraint);
}

function serverError(error: unknown): ServerError | undefined {
  for (const link of causes(error)) if (link instanceof postgres.PostgresError) return link;
  return undefined;
}

function* causes(error: unknown): Generator<unknown> {
  const seen = new Set<unknown>();
  for (let link = error; link instanceof Error && !seen.has(link); link = link.cause) {
    seen.add(link);
    yield link;
  }
}
