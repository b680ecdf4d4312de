import { promisify } from 'node:util';
import { brotliCompress, constants, gzip, zstdCompress } from 'node:zlib';
import { Lru } from '../lib/lru.ts';

type Encoding = 'zstd' | 'br' | 'gzip';

/** Chosen for time, not for the last byte: about as fast as gzip's level 1 is on JSON. */
const compressors: Record<Encoding, (body: Buffer) => Promise<Buffer<ArrayBuffer>>> = {
  zstd: (body) => promisify(zstdCompress)(body, { params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
  br: (body) => promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
  gzip: (body) => promisify(gzip)(body, { level: 1 }),
};

/** In the order of our preference among those that a client likes equally. */
const encodings = Object.keys(compressors) as Encoding[];

const longest = 1_000;

function read(header: string): Encoding | undefined {
  const weights = new Map<string, number>();
  for (const part of header.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim());
    const weight = parameters.find((text) => text.startsWith('q='))?.slice(2);
    weights.set(name, weight === undefined ? 1 : Number(weight));
  }
  const weightOf = (encoding: Encoding) => weights.get(encoding) ?? weights.get('*') ?? 0;
  const best = encodings.reduce((a, b) => (weightOf(b) > weightOf(a) ? b : a));
  return weightOf(best) > 0 ? best : undefined;
}

/** Clients send few different headers, so results are cached. Bounded, because anybody can send others. */
const known = new Lru<{ encoding: Encoding | undefined }>(1_000);

/** The encoding to compress an answer with; undefined if the client (Accept-Encoding) takes none of ours. */
export function acceptedEncoding(header: string | null | undefined): Encoding | undefined {
  if (!header || header.length > longest) return undefined;
  const before = known.get(header);
  if (before) return before.encoding;
  const encoding = read(header);
  known.set(header, { encoding });
  return encoding;
}

/** Compresses in a thread of its own, so that no other request waits. */
export const compress = (body: Buffer, encoding: Encoding): Promise<Buffer<ArrayBuffer>> => compressors[encoding](body);

/** `vary` with another request header that decides the answer. */
export const varyBy = (vary: string | null | undefined, header: string): string =>
  vary ? `${vary}, ${header}` : header;
