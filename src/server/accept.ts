import { Lru } from '../lib/lru.ts';

export type AnswerType = 'application/json' | 'application/graphql-response+json';

/** The result of content negotiation: a JSON type, a stream (served by Yoga), or undefined if nothing is acceptable. */
export type Accepted = AnswerType | 'stream' | undefined;

const types = new Map<string, Exclude<Accepted, undefined>>([
  ['application/graphql-response+json', 'application/graphql-response+json'],
  ['application/json', 'application/json'],
  ['application/*', 'application/json'],
  ['*/*', 'application/json'],
  ['text/event-stream', 'stream'],
  ['multipart/mixed', 'stream'],
]);

const longest = 2_000;

interface Range {
  type: string;
  weight: number;
}

/** One range of an Accept header; undefined if it is malformed or asks for a charset other than UTF-8. */
function rangeOf(text: string): Range | undefined {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  let weight = 1;
  for (const parameter of parameters) {
    const [name, value = ''] = parameter.split('=', 2);
    if (name === 'q') weight = Number(value);
    if (name === 'charset' && !/^"?utf-?8"?$/.test(value)) return undefined;
  }
  return weight > 0 && weight <= 1 ? { type, weight } : undefined;
}

function read(header: string): Accepted {
  let best: Range | undefined;
  for (const range of header.slice(0, longest).split(',').map(rangeOf)) {
    if (range && types.has(range.type) && range.weight > (best?.weight ?? 0)) best = range;
  }
  return best && types.get(best.type);
}

/** Clients send few different headers, so results are cached. Bounded, because anybody can send others. */
const known = new Lru<{ accepted: Accepted }>(1_000, () => 1);

/**
 * The acceptable type with the greatest weight; the first of equal ones. No header, or an empty one, accepts anything.
 */
export function acceptedType(header: string | null | undefined): Accepted {
  if (!header?.trim()) return 'application/json';
  const before = known.get(header);
  if (before) return before.accepted;
  const accepted = read(header);
  if (header.length <= longest) known.set(header, { accepted });
  return accepted;
}
