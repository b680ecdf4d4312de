import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { AppError } from './errors.ts';

type Family = 'ipv4' | 'ipv6';

/** Everything that is not the public internet: this machine, its networks, the cloud's own services, what nobody has. */
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
/** All of IPv6 that is given out lies in here. */
const outer = '2000::/3';

const familyOf = (address: string): Family => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Reads an address or a range in CIDR; undefined when it is neither. */
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

const refused = listOf(inner);
const unicast = listOf([outer]);

/** A host name, an address or a range of addresses in CIDR, in small letters; undefined for any other text. */
export function readHostOrRange(text: string): string | undefined {
  const entry = text.toLowerCase();
  if (addRange(new BlockList(), entry)) return entry;
  return /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/.test(entry) && !/^[\d.]+$/.test(entry) ? entry : undefined;
}

/**
 * Says where this program may connect to when somebody else chose the address. Public addresses, and what is allowed by
 * name or range. What is checked is what is connected to: names are resolved here, not again by whoever connects.
 */
export class NetworkGuard {
  readonly #names: ReadonlySet<string>;
  readonly #ranges = new BlockList();

  /** `allowed`: see readHostOrRange. */
  constructor(allowed: readonly string[] = []) {
    this.#names = new Set(allowed.filter((entry) => !addRange(this.#ranges, entry)));
  }

  /** Whether a host, as it is written, is on the list; its addresses may be anything then. */
  isListed(host: string): boolean {
    const name = host.toLowerCase();
    return this.#names.has(name) || (isIP(name) !== 0 && this.#ranges.check(name, familyOf(name)));
  }

  /** Whether this address may be connected to. */
  allows(address: string): boolean {
    const family = familyOf(address);
    if (this.#ranges.check(address, family)) return true;
    if (family === 'ipv4') return !refused.check(address, family);
    return unicast.check(address, family) && !refused.check(address, family);
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
   * Throws BAD_INPUT for a host that is an address which may not be connected to, or a name of nothing but such; an
   * error of the resolver as it is.
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

/** Says nothing of what the name means: who asks may not be one who may know. */
const refusal = (host: string): AppError =>
  new AppError('BAD_INPUT', `The host ${host} is not one that this server may connect to`, { field: 'host' });
