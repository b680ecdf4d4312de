import { AppError } from '../../lib/errors.ts';
import { type AnswerType, acceptedType } from '../accept.ts';
import { bodyTypeProblem } from '../routes/media-type.ts';
import { hasRefreshCookie } from './refresh-cookie.ts';

export const csrfHeader = 'x-chantier-csrf';
const answerTypes: readonly AnswerType[] = ['application/json', 'application/graphql-response+json'];
const bodyTypes = ['application/json'];

export interface RequestRulesOptions {
  /** Whether a Host header means this server. */
  isOurs(host: string | null): boolean;
}

/** The part of a request that the rules check. */
export interface RequestLine {
  method: string;
  url: string;
  headers: { get(name: string): string | null };
}

/** The reason to refuse a request before its body is read; undefined if there is none. */
export function problemOf(request: RequestLine, { isOurs }: RequestRulesOptions): AppError | undefined {
  const { method, headers } = request;
  if (!isOurs(headers.get('host') ?? new URL(request.url).host)) {
    return new AppError(
      'FORBIDDEN',
      'This server does not accept that Host header; set PUBLIC_URL to the address that you use',
    );
  }
  if (method === 'OPTIONS') return undefined;
  if (method !== 'GET' && method !== 'POST') return new AppError('METHOD_NOT_ALLOWED', 'Use POST, or GET for queries');
  if (!acceptedType(headers.get('accept'))) {
    return new AppError('NOT_ACCEPTABLE', `Accept ${answerTypes.join(' or ')}`);
  }
  const problem = method === 'POST' ? bodyTypeProblem(headers, bodyTypes) : undefined;
  if (problem) return problem;
  if (hasRefreshCookie(headers.get('cookie')) && !headers.get(csrfHeader)) {
    return new AppError('CSRF_REQUIRED', `A request with the refresh cookie needs the header ${csrfHeader}: 1`);
  }
  return undefined;
}
