import type { Sql } from 'postgres';
import { readTimestamp } from '../lib/instants.ts';

/** Types that drizzle parses itself: date, time, timestamp and timestamptz. */
const readByDrizzle = [1082, 1083, 1114, 1184];

const timestamptz = 1184;

const asNumber = (text: string): unknown => Number(text);
const asText = (text: string): unknown => text;

/**
 * Array types by oid, with the parser of one element. (postgres.js would query the server for them on every
 * connection.)
 */
const arrays: Record<number, (element: string) => unknown> = {
  1000: (element) => element === 't',
  1005: asNumber,
  1007: asNumber,
  1021: asNumber,
  1022: asNumber,
  1028: asNumber,
  ...Object.fromEntries([1002, 1009, 1014, 1015, 1016, 1115, 1182, 1183, 1185, 1231, 2951].map((oid) => [oid, asText])),
  199: (element) => JSON.parse(element) as unknown,
  3807: (element) => JSON.parse(element) as unknown,
};

/**
 * Makes a client parse types as drizzle expects, and send parameters exactly as `encodeParameter` wrote them: a
 * serializer that throws inside postgres.js would shift every later answer of the connection by one statement.
 */
export function installCodecs(sql: Sql): void {
  const { parsers, serializers } = sql.options as unknown as Record<'parsers' | 'serializers', Record<string, unknown>>;
  for (const type of readByDrizzle) parsers[type] = asText;
  parsers[timestamptz] = readTimestamp;
  for (const [type, element] of Object.entries(arrays)) parsers[type] = (text: string) => parseArray(text, element);
  for (const type of Object.keys(serializers)) delete serializers[type];
}

export interface EncodedParameter {
  text: string | null;
  /** Type oid if the JavaScript type determines it; 0 lets the server decide. */
  type: number;
}

/**
 * Encodes a parameter as the text sent to the server.
 * @throws TypeError for a value without such a text: undefined, a function, a symbol, an invalid date.
 */
export function encodeParameter(value: unknown): EncodedParameter {
  if (value === null) return { text: null, type: 0 };
  switch (typeof value) {
    case 'string':
      return { text: value, type: 0 };
    case 'number':
      return { text: String(value), type: 0 };
    case 'bigint':
      return { text: String(value), type: 20 };
    case 'boolean':
      return { text: value ? 't' : 'f', type: 16 };
    case 'object':
      return encodeObject(value);
    default:
      throw new TypeError(`A statement cannot take a parameter of type ${typeof value}`);
  }
}

function encodeObject(value: object): EncodedParameter {
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw new TypeError('A statement cannot take an invalid date');
    return { text: value.toISOString(), type: 1184 };
  }
  if (value instanceof Uint8Array) return { text: `\\x${Buffer.from(value).toString('hex')}`, type: 17 };
  if (Array.isArray(value)) return { text: encodeArray(value), type: 0 };
  return { text: JSON.stringify(value), type: 0 };
}

function encodeArray(values: readonly unknown[]): string {
  const elements = values.map((value) => {
    if (Array.isArray(value)) return encodeArray(value);
    const { text } = encodeParameter(value);
    return text === null ? 'NULL' : `"${text.replace(/["\\]/g, '\\$&')}"`;
  });
  return `{${elements.join(',')}}`;
}

/** Parses Postgres' text of an array of any depth; an unquoted NULL is null. */
export function parseArray(text: string, element: (text: string) => unknown): unknown[] {
  // With bounds other than 1 the text starts with them: [0:1]={a,b}
  const tokens = text.slice(text.indexOf('{')).match(/[{}]|"(?:[^"\\]|\\.)*"|[^{},]+/gs) ?? [];
  const root: unknown[] = [];
  const open = [root];
  for (const token of tokens) {
    const current = open.at(-1)!;
    if (token === '{') {
      const inner: unknown[] = [];
      current.push(inner);
      open.push(inner);
    } else if (token === '}') open.pop();
    else if (token === 'NULL') current.push(null);
    else current.push(element(token.startsWith('"') ? token.slice(1, -1).replace(/\\(.)/gs, '$1') : token));
  }
  return root[0] as unknown[];
}
