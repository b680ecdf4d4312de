/**
 * Every error code that a caller can meet, with the HTTP status of an answer that failed as a whole and the exit
 * code of a command. The list is closed: clients switch on these codes.
 */
const codes = {
  // The request itself
  BAD_INPUT: { http: 400, exit: 2 },
  BAD_CURSOR: { http: 400, exit: 2 },
  CURSOR_EXPIRED: { http: 410, exit: 2 },
  GRAPHQL_PARSE_FAILED: { http: 400, exit: 2 },
  GRAPHQL_VALIDATION_FAILED: { http: 400, exit: 2 },
  TOO_COMPLEX: { http: 400, exit: 2 },
  // 200, like Apollo Server: older clients read the code only from answers with that status
  PERSISTED_QUERY_NOT_SUPPORTED: { http: 200, exit: 2 },
  PERSISTED_QUERY_NOT_FOUND: { http: 200, exit: 2 },
  PERSISTED_DOCUMENTS_ONLY: { http: 403, exit: 2 },
  PERSISTED_DOCUMENT_NOT_FOUND: { http: 404, exit: 4 },
  PERSISTED_DOCUMENT_RETIRED: { http: 410, exit: 4 },
  PERSISTED_DOCUMENT_MISMATCH: { http: 400, exit: 2 },
  PERSISTED_OPERATION_NOT_FOUND: { http: 400, exit: 2 },
  CSRF_REQUIRED: { http: 403, exit: 2 },
  METHOD_NOT_ALLOWED: { http: 405, exit: 2 },
  NOT_ACCEPTABLE: { http: 406, exit: 2 },
  REQUEST_TIMEOUT: { http: 408, exit: 2 },
  PAYLOAD_TOO_LARGE: { http: 413, exit: 2 },
  UNSUPPORTED_MEDIA_TYPE: { http: 415, exit: 2 },
  HEADERS_TOO_LARGE: { http: 431, exit: 2 },
  // The caller
  UNAUTHENTICATED: { http: 401, exit: 3 },
  INVALID_CREDENTIALS: { http: 401, exit: 3 },
  EMAIL_NOT_VERIFIED: { http: 403, exit: 3 },
  SIGN_UP_CLOSED: { http: 403, exit: 3 },
  SESSION_REVOKED: { http: 401, exit: 3 },
  REFRESH_RACED: { http: 409, exit: 3 },
  FORBIDDEN: { http: 403, exit: 3 },
  RATE_LIMITED: { http: 429, exit: 3 },
  SLOW_CONSUMER: { http: 408, exit: 3 },
  // The tenant
  ORGANIZATION_REQUIRED: { http: 403, exit: 4 },
  TENANT_NOT_FOUND: { http: 404, exit: 4 },
  TENANT_MISMATCH: { http: 403, exit: 4 },
  TENANT_INACTIVE: { http: 403, exit: 4 },
  MODULE_DISABLED: { http: 403, exit: 4 },
  // The tenant's data and its rules
  NOT_FOUND: { http: 404, exit: 4 },
  ALREADY_EXISTS: { http: 409, exit: 5 },
  STALE_VERSION: { http: 409, exit: 5 },
  IN_USE: { http: 409, exit: 5 },
  CYCLE: { http: 409, exit: 5 },
  DAY_LIMIT: { http: 409, exit: 5 },
  OVERBOOKED: { http: 409, exit: 5 },
  LAST_OWNER: { http: 409, exit: 5 },
  INVALID_STATE: { http: 409, exit: 5 },
  CODE_EXHAUSTED: { http: 409, exit: 5 },
  IDEMPOTENCY_MISMATCH: { http: 422, exit: 5 },
  IDEMPOTENCY_IN_PROGRESS: { http: 409, exit: 5 },
  TRANSACTION_CONFLICT: { http: 409, exit: 6 },
  // The server and its databases
  TIMEOUT: { http: 504, exit: 6 },
  UNAVAILABLE: { http: 503, exit: 6 },
  MIGRATING: { http: 503, exit: 6 },
  CONNECTION_LOST: { http: 503, exit: 6 },
  CANCELLED: { http: 499, exit: 6 },
  CONFIG_INVALID: { http: 500, exit: 7 },
  INSUFFICIENT_RIGHTS: { http: 500, exit: 7 },
  SCHEMA_MISMATCH: { http: 500, exit: 8 },
  MIGRATION_FAILED: { http: 500, exit: 8 },
  INTERNAL: { http: 500, exit: 1 },
} as const satisfies Record<string, { http: number; exit: number }>;

export type ErrorCode = keyof typeof codes;

/** One thing wrong with the input: where (a path of field names and list positions) and what. */
export interface Issue {
  path: (string | number)[];
  message: string;
}

export interface ErrorDetails {
  /** Path of the offending argument, such as `input.projectId`. */
  field?: string;
  issues?: Issue[];
  /** What the caller needs to resolve a conflict: the object as it is now. */
  current?: unknown;
  /** Seconds until a retry makes sense. */
  retryAfter?: number;
  [key: string]: unknown;
}

/** An error meant for the caller: its message and details are safe to show. All others are masked. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}

export const httpStatusOf = (code: ErrorCode): number => codes[code].http;
export const exitCodeOf = (code: ErrorCode): number => codes[code].exit;
export const errorCodes = Object.keys(codes) as ErrorCode[];

/**
 * Awaits a nested use case, and makes its errors name arguments of the outer input: `fields` maps inner to outer paths.
 */
export async function mapErrorFields<T>(fields: Readonly<Record<string, string>>, running: Promise<T>): Promise<T> {
  try {
    return await running;
  } catch (error) {
    const field = error instanceof AppError && error.details.field && fields[error.details.field];
    if (!(error instanceof AppError) || !field) throw error;
    const issues = error.details.issues?.map(({ path, message }) => {
      const outer = fields[path.join('.')]?.split('.');
      return { path: outer ?? path, message };
    });
    const details = { ...error.details, field, ...(issues && { issues }) };
    throw new AppError(error.code, error.message, details, { cause: error });
  }
}

/** The error for missing objects and for objects that the caller may not see, which must not differ. */
export const notFound = (type: string, field?: string): AppError =>
  new AppError('NOT_FOUND', `${type} not found`, field === undefined ? {} : { field });

export const badInput = (message: string, field: string): AppError =>
  new AppError('BAD_INPUT', message, { field, issues: [{ path: field.split('.'), message }] });
