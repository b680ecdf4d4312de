/** One server of an address: by network, or by a Unix socket in a folder. */
export type DatabaseHost = { host: string; port: number } | { folder: string; port: number };

const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof sslModes)[number];

const sessionAttrs = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const;
/** The kind of server that an address asks for, if it names several. */
export type SessionAttrs = (typeof sessionAttrs)[number];

/** The address of a database, with the meaning that libpq gives to it. */
export interface DatabaseAddress {
  /** In the order in which they are tried. */
  hosts: readonly [DatabaseHost, ...DatabaseHost[]];
  user: string;
  password: string;
  /** Tried if a server refuses `password`: the new or the old password while it is being replaced. */
  otherPassword: string | undefined;
  database: string;
  sslMode: SslMode;
  /** A file with the certificates of authorities to trust; `system` or absent for those that Node trusts. */
  sslRootCert: string | undefined;
  sessionAttrs: SessionAttrs;
  /** Other parameters, which are for the server. */
  settings: Readonly<Record<string, string>>;
}

const defaultPort = 5432;
const addressPattern = /^(postgres(?:ql)?:\/\/)(?:([^@/?#]*)@)?([^/?#]*)(\/[^?#]*)?(\?[^#]*)?$/i;
/** The parameter of an address with its other password. libpq does not know it. */
export const otherPasswordParameter = 'other_password';
const knownParameters = [
  'host',
  'port',
  'sslmode',
  'ssl',
  'sslrootcert',
  'target_session_attrs',
  otherPasswordParameter,
];

/**
 * An address in a form that every URL parser can read. Several hosts, and folders of Unix sockets, become the
 * parameters `host` and `port`, as libpq allows too. Undefined for a text that is not a database address, or that has
 * an unknown `sslmode` or `target_session_attrs`.
 */
export function canonicalUrl(text: string): string | undefined {
  const [, scheme, credentials, authority = '', path = '', query = ''] = addressPattern.exec(text) ?? [];
  if (scheme === undefined || path.length < 2) return undefined;
  const parameters = new URLSearchParams(query);
  const hosts = parameters.has('host') ? hostsInParameters(parameters) : authority.split(',').map(readHost);
  if (hosts.length === 0 || !hosts.every((host) => host !== undefined)) return undefined;
  if (!isKnown(sslModes, parameters.get('sslmode')) || !isKnown(sessionAttrs, parameters.get('target_session_attrs'))) {
    return undefined;
  }
  const isPlain = hosts.length === 1 && !('folder' in hosts[0]!) && !parameters.has('host');
  if (isPlain) return URL.canParse(text) ? text : undefined;
  parameters.set('host', hosts.map((each) => ('folder' in each ? each.folder : each.host)).join(','));
  parameters.set('port', hosts.map(({ port }) => port).join(','));
  const named = hosts.find((each) => 'host' in each);
  const place = named && 'host' in named ? `${bracketed(named.host)}:${named.port}` : 'localhost';
  const url = `${scheme}${credentials === undefined ? '' : `${credentials}@`}${place}${path}?${parameters}`;
  return URL.canParse(url) ? url : undefined;
}

/** Reads an address that `canonicalUrl` has returned. */
export function readAddress(text: string): DatabaseAddress {
  const url = new URL(text);
  const { searchParams: parameters } = url;
  const hosts = parameters.has('host') ? hostsInParameters(parameters) : [readHost(url.host)];
  const [first, ...others] = hosts.filter((host) => host !== undefined);
  if (!first) throw new TypeError('The address of a database names no host');
  const attrs = parameters.get('target_session_attrs');
  return {
    hosts: [first, ...others],
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    otherPassword: parameters.get(otherPasswordParameter) ?? undefined,
    database: decodeURIComponent(url.pathname.slice(1)),
    sslMode: readSslMode(parameters) ?? (isLocal(first) ? 'disable' : 'prefer'),
    sslRootCert: parameters.get('sslrootcert') ?? undefined,
    sessionAttrs: sessionAttrs.find((each) => each === attrs) ?? 'any',
    settings: Object.fromEntries([...parameters].filter(([name]) => !knownParameters.includes(name))),
  };
}

/** The servers of an address, for messages: without credentials. */
export function describeHosts(text: string): string {
  const { hosts } = readAddress(text);
  return hosts.map((each) => ('folder' in each ? each.folder : `${bracketed(each.host)}:${each.port}`)).join(', ');
}

const isKnown = (known: readonly string[], value: string | null): boolean => value === null || known.includes(value);

/** An unknown mode counts as the strictest one. */
function readSslMode(parameters: URLSearchParams): SslMode | undefined {
  const mode = parameters.get('sslmode') ?? parameters.get('ssl');
  if (mode === null) return parameters.get('sslrootcert') === 'system' ? 'verify-full' : undefined;
  if (mode === 'false') return 'disable';
  return sslModes.find((each) => each === mode) ?? 'verify-full';
}

/** Connections within this machine do without TLS by default. */
const isLocal = (host: DatabaseHost): boolean =>
  'folder' in host || host.host === 'localhost' || host.host === '::1' || /^127(\.\d+){3}$/.test(host.host);

/** The parameters `host` and `port`: as many ports as hosts, or one for all. */
function hostsInParameters(parameters: URLSearchParams): (DatabaseHost | undefined)[] {
  const names = parameters.get('host')!.split(',');
  const ports = (parameters.get('port') ?? '').split(',');
  if (ports.length !== 1 && ports.length !== names.length) return [];
  return names.map((name, n) => asHost(name, ports[ports.length === 1 ? 0 : n]!));
}

function readHost(text: string): DatabaseHost | undefined {
  const [, literal, name, port = ''] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]*))(?::(\d*))?$/i.exec(text) ?? [];
  const host = literal ?? name;
  if (host === undefined) return undefined;
  try {
    return asHost(decodeURIComponent(host), port);
  } catch {
    return undefined;
  }
}

function asHost(name: string, portText: string): DatabaseHost | undefined {
  const port = portText === '' ? defaultPort : Number(portText);
  if (name === '' || !Number.isInteger(port) || port < 1 || port > 65_535) return undefined;
  return name.startsWith('/') ? { folder: name, port } : { host: name, port };
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);
