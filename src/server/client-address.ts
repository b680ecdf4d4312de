import { isIPv4, isIPv6 } from 'node:net';

/** Which header of a trusted proxy names the client. */
export type TrustedHeader = 'x-forwarded-for' | 'forwarded';

/** The address of clients whose forwarding header cannot be read. They share one bucket of every limit. */
export const unknownAddress = 'unknown';

/** Reads the client's address from the socket's address and the request's headers. */
export type AddressReader = (
  socketAddress: string | undefined,
  headers: { get(name: string): string | null },
) => string;

/**
 * Without a trusted header: the socket's address. With one: its last entry, which the proxy appended; the client can
 * forge the entries before it. If a request lacks the header, it did not come through the proxy, and the socket's
 * address is used.
 */
export function addressReader(trusted: TrustedHeader | undefined): AddressReader {
  return (socketAddress, headers) => {
    const header = trusted && headers.get(trusted);
    if (typeof header !== 'string') return canonicalAddress(socketAddress ?? '') ?? unknownAddress;
    const node = trusted === 'forwarded' ? lastFor(header) : header.split(',').at(-1)?.trim();
    return (node && addressOfNode(node)) || unknownAddress;
  };
}

/** The `for` of the last element of a Forwarded header, without its quotes; undefined where there is none. */
function lastFor(header: string): string | undefined {
  const pairs = [...(lastElement(header) ?? '').matchAll(/(?:^|;)\s*([\w-]+)=("(?:[^"\\]|\\.)*"|[^";\s]*)\s*(?=;|$)/g)];
  const given = pairs.filter(([, name]) => name?.toLowerCase() === 'for').map(([, , value]) => value!);
  // With several, the client may have sent one of them
  if (given.length !== 1) return undefined;
  const [value] = given;
  return value!.startsWith('"') ? value!.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value;
}

/**
 * The text after the last comma outside quotes; undefined if a quote is not closed, as it may hide the proxy's element.
 */
function lastElement(header: string): string | undefined {
  let start = 0;
  let quoted = false;
  for (let at = 0; at < header.length; at++) {
    const character = header[at];
    if (character === '"') quoted = !quoted;
    else if (quoted && character === '\\') at++;
    else if (!quoted && character === ',') start = at + 1;
  }
  return quoted ? undefined : header.slice(start).trim();
}

/** The address of `203.0.113.7`, `203.0.113.7:5512`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:4444`. */
function addressOfNode(node: string): string | undefined {
  const [, v6, v4] = /^(?:\[([^\]]*)\]|([\d.]+))(?::(?:\d{1,5}|_[\w.-]+))?$/.exec(node) ?? [];
  if (v6 !== undefined) return isIPv6(v6) ? canonicalAddress(v6) : undefined;
  return canonicalAddress(v4 ?? node);
}

/** The canonical text of an address: IPv6 in its shortest form, IPv4-mapped IPv6 as IPv4. */
function canonicalAddress(text: string): string | undefined {
  if (isIPv4(text)) return text;
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const short = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(short) ?? [];
  return high === undefined ? short : [high, low!].flatMap(bytesOf).join('.');
}

function bytesOf(hex: string): [number, number] {
  const value = Number.parseInt(hex, 16);
  return [value >> 8, value & 255];
}
