import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { AppError } from './errors.ts';

type Family = 'ipv4' | 'ipv6';

/**
 * Address ranges outside the public internet: this machine, private networks, cloud metadata services, reserved ranges.
 */
const inner: readonly string[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
  // IPv4 written in IPv6, and documentation
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
];
/** The range of all assigned global IPv6 addresses. */
const outer = '2000::/3';

const familyOf = (address: string): Family => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Adds an address or a CIDR range to a list; false if the text is neither. */
function addRange(list: BlockList, text: string): boolean {
  const [address = '', prefix] = text.split('/');
  const bits = isIP(address) === 6 ? 128 : 32;
  const length = prefix === undefined ? bits : Number(prefix);
  if (isIP(address) === 0 || !Number.isInteger(length) || length < 0 || length > bits) return false;
  list.addSubnet(address, length, familyOf(address));
  return true;
}

const listOf = (ranges: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const range of ranges) addRange(list, range);
  return list;
};

const innerRanges = listOf(inner);
const unicast = listOf([outer]);

/** A host name, an address or a CIDR range, in lower case; undefined for any other text. */
export function readHostOrRange(text: string): string | undefined {
  const entry = text.toLowerCase();
  if (addRange(new BlockList(), entry)) return entry;
  return /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/.test(entry) && !/^[\d.]+$/.test(entry) ? entry : undefined;
}

/**
 * Decides where the program may connect when somebody else chose the address (against SSRF): to public addresses, and
 * to hosts that are allowed by name or range. It resolves names itself, so that the checked address is the one
 * connected to.
 */
export class NetworkGuard {
  readonly #names: ReadonlySet<string>;
  readonly #ranges = new BlockList();

  /** `allowed`: see readHostOrRange. */
  constructor(allowed: readonly string[] = []) {
    this.#names = new Set(allowed.filter((entry) => !addRange(this.#ranges, entry)));
  }

  /** Whether a host, as written, is on the list; then its name may resolve to any address. */
  isListed(host: string): boolean {
    const name = host.toLowerCase();
    return this.#names.has(name) || (isIP(name) !== 0 && this.#ranges.check(name, familyOf(name)));
  }

  /** Whether this address may be connected to. */
  allows(address: string): boolean {
    const family = familyOf(address);
    if (this.#ranges.check(address, family)) return true;
    if (family === 'ipv4') return !innerRanges.check(address, family);
    return unicast.check(address, family) && !innerRanges.check(address, family);
  }

  /** Resolves names as the system does, leaving out addresses that may not be connected to. For `net.connect`. */
  lookupFor(host: string): LookupFunction {
    const listed = this.isListed(host);
    return (hostname, options, callback) => {
      systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
        if (error) return callback(error, []);
        const open = addresses.filter(({ address }) => listed || this.allows(address));
        const [first] = open;
        if (!first) return callback(refusal(hostname), []);
        if (options.all) callback(null, open);
        else callback(null, first.address, first.family);
      });
    };
  }

  /**
   * Throws BAD_INPUT for a forbidden address, and for a name that resolves only to forbidden addresses. Rethrows errors
   * of the resolver.
   */
  async check(host: string): Promise<void> {
    if (isIP(host) !== 0) {
      if (!this.allows(host)) throw refusal(host);
      return;
    }
    const lookup = this.lookupFor(host);
    await new Promise<void>((resolve, reject) => {
      lookup(host, { all: true }, (error) => (error ? reject(error) : resolve()));
    });
  }
}

/** Does not reveal the address of the name, which the caller may not know. */
const refusal = (host: string): AppError =>
  new AppError('BAD_INPUT', `This server may not connect to the host ${host}`, { field: 'host' });
