import { isDeepStrictEqual } from 'node:util';
import type { Request } from '../contenders/contender.ts';

/** Sends one request and gives the data of the answer. Throws unless it has data and no errors. */
export async function send(port: number, { path, headers, body }: Request): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body });
  const text = await response.text();
  const answer = response.ok ? (JSON.parse(text) as { data?: unknown; errors?: unknown }) : {};
  if (!answer.data || answer.errors) throw new Error(`${path} answered ${response.status}: ${text.slice(0, 1_000)}`);
  return answer.data;
}

/** Where two values begin to differ: a path and both values, for the reader of an error. */
export function firstDifference(a: unknown, b: unknown, at = ''): string | undefined {
  if (isDeepStrictEqual(a, b)) return undefined;
  const keys = a && b && typeof a === 'object' && typeof b === 'object' ? Object.keys({ ...a, ...b }) : [];
  for (const key of keys) {
    const [left, right] = [a, b].map((value) => (value as Record<string, unknown>)[key]);
    const found = firstDifference(left, right, `${at}.${key}`);
    if (found) return found;
  }
  return `${at || 'the answer'}: ${JSON.stringify(a)?.slice(0, 200)} is not ${JSON.stringify(b)?.slice(0, 200)}`;
}
