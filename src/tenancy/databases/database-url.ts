import { isIP } from 'node:net';
import { AppError } from '../../lib/errors.ts';
import { NetworkGuard } from '../../lib/network-guard.ts';

/** Where further databases may be, as the operator of the program says. */
export interface DatabaseNetwork {
  guard: NetworkGuard;
  /** Hosts that need not prove who they are by TLS, nor use it. */
  withoutTls: NetworkGuard;
  /** Whether organizations may name databases themselves. */
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

const refused = (message: string): AppError => new AppError('BAD_INPUT', message, { field: 'databaseUrl' });

/**
 * Reads the address of a database that somebody asks this server to connect to: one host by name or IPv4, a database,
 * a user and a password; of parameters `sslmode` alone. Without one, or with one that asks for less than the server can do, the host has to
 * prove who it is (`verify-full`), except where the operator allows otherwise. Gives the address as it is used from then
 * on. Throws BAD_INPUT, with the reason and without the password.
 */
export function readDatabaseUrl(text: string, { withoutTls }: DatabaseNetwork): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw refused('A database has an address like postgresql://user:password@host:5432/name');
  }
  const host = url.hostname.toLowerCase();
  if (isIP(host) === 0 && !/^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/.test(host)) {
    throw refused('A database has one host, a name or an IPv4 address');
  }
  if (!/^\/[^/]+$/.test(url.pathname)) throw refused('The address must name the database');
  if (url.username === '') throw refused('The address must name the user');
  if (url.password === '') throw refused("The address must have the user's password");
  if (url.hash !== '') throw refused('The address must not have a fragment: write # in a password as %23');
  const others = [...url.searchParams.keys()].filter((name) => name !== 'sslmode');
  if (others.length > 0 || url.searchParams.getAll('sslmode').length > 1) {
    throw refused(`Of parameters an address can only have sslmode${others[0] ? `, not ${others[0]}` : ', once'}`);
  }
  const result = new URL(`${url.protocol}//${host}`);
  result.username = url.username;
  result.password = url.password;
  result.port = url.port || '5432';
  result.pathname = url.pathname;
  result.searchParams.set('sslmode', sslMode(url.searchParams.get('sslmode') ?? 'verify-full', host, withoutTls));
  return result;
}

function sslMode(asked: string, host: string, withoutTls: NetworkGuard): string {
  if (unverified.has(asked) && withoutTls.isListed(host)) return asked;
  if (verified.has(asked)) return 'verify-full';
  throw refused(`sslmode=${asked} is not possible for ${host}: the database must be reached by TLS (verify-full)`);
}

/** An address as it may be shown and logged: with stars for the password. */
export function redactUrl(text: string): string {
  if (!URL.canParse(text)) return 'an address that cannot be read';
  const url = new URL(text);
  if (url.password !== '') url.password = '***';
  return url.href;
}

/** Which database an address means, whoever signs in. */
export function placeOfUrl(text: string): string {
  const { hostname, port, pathname } = new URL(text);
  return `${hostname}:${port || '5432'}${pathname}`;
}
