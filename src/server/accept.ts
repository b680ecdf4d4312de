import { Lru } from '../lib/lru.ts';

export type AnswerType = 'application/json' | 'application/graphql-response+json';

/** What an Accept header asks for: one of the JSON types, a stream of Yoga's, or nothing that the server has. */
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

/** One range of an Accept header; undefined where it cannot be read or asks for another charset than UTF-8. */
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

/** Clients send few different headers; strangers may send many. */
const known = new Lru<{ accepted: Accepted }>(1_000, () => 1);

/** The type that the client likes best, of equal ones the first. No header, or an empty one, takes anything. */
export function acceptedType(header: string | null | undefined): Accepted {
  if (!header?.trim()) return 'application/json';
  const before = known.get(header);
  if (before) return before.accepted;
  const accepted = read(header);
  if (header.length <= longest) known.set(header, { accepted });
  return accepted;
}
