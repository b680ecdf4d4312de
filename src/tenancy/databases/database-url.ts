import { isIP } from 'node:net';
import { canonicalUrl, otherPasswordParameter } from '../../db/database-address.ts';
import { AppError } from '../../lib/errors.ts';
import { NetworkGuard } from '../../lib/network-guard.ts';

/** The operator's rules for further databases. */
export interface DatabaseNetwork {
  guard: NetworkGuard;
  /** Hosts that may be reached without TLS, or without a verified certificate. */
  withoutTls: NetworkGuard;
  /** Whether organizations may register databases themselves. */
  byOrganizations: boolean;
}

export const databaseNetwork = (
  allowed: readonly string[],
  withoutTls: readonly string[],
  byOrganizations = false,
): DatabaseNetwork => ({
  guard: new NetworkGuard(allowed),
  withoutTls: new NetworkGuard(withoutTls),
  byOrganizations,
});

const verified = new Set(['verify-full', 'verify-ca', 'require']);
const unverified = new Set(['disable', 'require']);

/** Members name no file of this server. */
const parametersFor = {
  MEMBER: ['sslmode'],
  OPERATOR: ['sslmode', 'sslrootcert', 'target_session_attrs', otherPasswordParameter],
};

const badUrl = (message: string): AppError => new AppError('BAD_INPUT', message, { field: 'databaseUrl' });

/**
 * Parses the URL of a database that a user asks this server to connect to: one host by name or IPv4 address, a
 * database, a user and a password; the only parameter allowed is `sslmode`, for the operator also `sslrootcert`,
 * `target_session_attrs` and `other_password`. TLS with a verified host (`verify-full`) is required, whatever weaker
 * mode the URL asks for, unless the operator listed the host. Returns the URL to use from then on. Throws BAD_INPUT
 * with the reason, without the password.
 */
export function readDatabaseUrl(text: string, { withoutTls }: DatabaseNetwork, by: 'OPERATOR' | 'MEMBER'): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw badUrl('The URL must look like postgresql://user:password@host:5432/name');
  }
  const host = url.hostname.toLowerCase();
  if (isIP(host) === 0 && !/^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/.test(host)) {
    throw badUrl('The URL must have one host: a name or an IPv4 address');
  }
  if (!/^\/[^/]+$/.test(url.pathname)) throw badUrl('The URL must name the database');
  if (url.username === '') throw badUrl('The URL must name the user');
  if (url.password === '') throw badUrl("The URL must contain the user's password");
  if (url.hash !== '') throw badUrl('The URL must not have a fragment: write # in a password as %23');
  const allowed = parametersFor[by];
  const given = [...url.searchParams.keys()];
  const wrong = given.find((name, n) => !allowed.includes(name) || given.indexOf(name) !== n);
  if (wrong !== undefined) throw badUrl(`The URL may have these parameters, each once: ${allowed.join(', ')}`);
  const result = new URL(`${url.protocol}//${host}`);
  result.username = url.username;
  result.password = url.password;
  result.port = url.port || '5432';
  result.pathname = url.pathname;
  for (const name of allowed.filter((each) => url.searchParams.has(each))) {
    result.searchParams.set(name, url.searchParams.get(name)!);
  }
  result.searchParams.set('sslmode', sslMode(url.searchParams.get('sslmode') ?? 'verify-full', host, withoutTls));
  if (canonicalUrl(result.href) === undefined) throw badUrl('The URL has a value that PostgreSQL does not know');
  return result;
}

function sslMode(asked: string, host: string, withoutTls: NetworkGuard): string {
  if (unverified.has(asked) && withoutTls.isListed(host)) return asked;
  if (verified.has(asked)) return 'verify-full';
  throw badUrl(`sslmode=${asked} is not allowed for ${host}: TLS with sslmode=verify-full is required`);
}

/** The URL with stars instead of the passwords, for display and logs. */
export function redactUrl(text: string): string {
  if (!URL.canParse(text)) return 'an invalid URL';
  const url = new URL(text);
  if (url.password !== '') url.password = '***';
  if (url.searchParams.has(otherPasswordParameter)) url.searchParams.set(otherPasswordParameter, '***');
  return url.href;
}

/** The database that a URL leads to, without the login. */
export function placeOfUrl(text: string): string {
  const { hostname, port, pathname } = new URL(text);
  return `${hostname}:${port || '5432'}${pathname}`;
}
