import { readFile } from 'node:fs/promises';
import { AppError } from '../lib/errors.ts';
import {
  type DatabaseAddress,
  type DatabaseHost,
  describeHosts,
  readAddress,
  type SessionAttrs,
} from './database-address.ts';
import { isLoginRefused, isPasswordRefused, sqlStateOf } from './pg-errors.ts';
import type { Address, Ssl } from './socket.ts';

/** One server of an address, and how to reach it. */
export interface Server extends Pick<DatabaseAddress, 'user' | 'password' | 'database' | 'settings'> {
  address: Address;
  /** The name that a certificate must have. */
  host: string;
  port: number;
  ssl: Ssl | undefined;
}

/** The state of a server that accepts connections, as the server reports it. */
export interface ServerState {
  isStandby: boolean;
  isReadOnly: boolean;
}

interface Opener<T> {
  open(server: Server): Promise<T>;
  /** Called only if the address asks for a kind of server. */
  stateOf(opened: T): Promise<ServerState>;
  close(opened: T): void;
}

/**
 * Opens a connection to the first server of an address that accepts one and matches `target_session_attrs`. As in
 * libpq, a server that refuses the login ends the search. If it refuses the password, the search is repeated with each
 * other password: while a password is being replaced, this process does not know which one the database has. Throws the
 * error of the last server, or UNAVAILABLE if none matches.
 */
export async function openServer<T>(
  url: string,
  opener: Opener<T>,
  otherPasswords: readonly string[] = [],
): Promise<T> {
  const address = readAddress(url);
  const ca = await readCertificates(address);
  const { password: first, otherPassword: second } = address;
  const passwords = [first, ...(second === undefined ? [] : [second]), ...otherPasswords];
  for (const [n, password] of passwords.entries()) {
    try {
      return await search(url, { ...address, password }, ca, opener);
    } catch (error) {
      if (!isPasswordRefused(error) || n === passwords.length - 1) throw error;
    }
  }
  throw new RangeError('The list of passwords is never empty');
}

async function search<T>(url: string, address: DatabaseAddress, ca: string | undefined, opener: Opener<T>): Promise<T> {
  let failure: unknown = new AppError(
    'UNAVAILABLE',
    `No server at ${describeHosts(url)} matches target_session_attrs=${address.sessionAttrs}`,
  );
  const rounds: SessionAttrs[] =
    address.sessionAttrs === 'prefer-standby' ? ['standby', 'any'] : [address.sessionAttrs];
  for (const wanted of rounds) {
    for (const host of address.hosts) {
      try {
        const opened = await openHost(address, host, ca, opener);
        if (wanted === 'any' || (await matchesOrCloses(wanted, opened, opener))) return opened;
      } catch (error) {
        if (isLoginRefused(error)) throw error;
        failure = error;
      }
    }
  }
  throw failure;
}

/** Whether the server is as wanted. The connection is closed if not, and if the server cannot say. */
async function matchesOrCloses<T>(wanted: SessionAttrs, opened: T, { stateOf, close }: Opener<T>): Promise<boolean> {
  let isMatch = false;
  try {
    isMatch = matches(wanted, await stateOf(opened));
  } finally {
    if (!isMatch) close(opened);
  }
  return isMatch;
}

const matches = (wanted: SessionAttrs, { isStandby, isReadOnly }: ServerState): boolean => {
  if (wanted === 'primary') return !isStandby;
  if (wanted === 'standby') return isStandby;
  return isReadOnly === (wanted === 'read-only');
};

/** Opens a connection to one host. With `sslmode=allow`, tries again with TLS if the server requires it. */
async function openHost<T>(
  address: DatabaseAddress,
  host: DatabaseHost,
  ca: string | undefined,
  { open }: Opener<T>,
): Promise<T> {
  const [first, second] = 'folder' in host ? [undefined] : sslOf(address, ca);
  const server = serverAt(address, host);
  if (address.sslMode !== 'allow' || second === undefined) return await open({ ...server, ssl: first });
  try {
    return await open({ ...server, ssl: first });
  } catch (error) {
    // The server may require TLS
    if (sqlStateOf(error) !== '28000') throw error;
    return await open({ ...server, ssl: second });
  }
}

function serverAt({ user, password, database, settings }: DatabaseAddress, host: DatabaseHost): Omit<Server, 'ssl'> {
  const { port } = host;
  const login = { user, password, database, settings, port };
  if ('host' in host) return { ...login, address: { host: host.host, port }, host: host.host };
  return { ...login, address: { path: `${host.folder}/.s.PGSQL.${port}` }, host: 'localhost' };
}

function sslOf({ sslMode }: DatabaseAddress, ca: string | undefined): (Ssl | undefined)[] {
  switch (sslMode) {
    case 'disable':
      return [undefined];
    case 'allow':
      return [undefined, { mode: 'require' }];
    case 'require':
      // As in libpq, with `sslrootcert` the mode `require` checks the server's certificate
      return [ca === undefined ? { mode: 'require' } : { mode: 'verify-ca', ca }];
    default:
      return [{ mode: sslMode, ca }];
  }
}

/** Throws CONFIG_INVALID for a file that cannot be read. */
async function readCertificates({ sslRootCert }: DatabaseAddress): Promise<string | undefined> {
  if (sslRootCert === undefined || sslRootCert === 'system') return undefined;
  try {
    return await readFile(sslRootCert, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('CONFIG_INVALID', `The sslrootcert file cannot be read: ${reason}`, {}, { cause });
  }
}
