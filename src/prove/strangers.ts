import type { ScratchCompany } from './company.ts';

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const encoded = /[\w-]{16,}/g;
const mostLayers = 3;

/**
 * What an answer shows of an organization: its marker, an id or another secret of it. Cursors are looked into. What the
 * request itself brought is no news.
 */
export function strangersIn(text: string, { marker, secrets }: ScratchCompany, sent = ''): string[] {
  const names = [marker, ...[...secrets].filter((secret) => !secret.match(uuid))];
  const found = new Set<string>();
  for (let layer = text, depth = 1; layer && depth <= mostLayers; layer = inside(layer), depth++) {
    for (const name of names) if (layer.includes(name)) found.add(name);
    for (const [id] of layer.matchAll(uuid)) if (secrets.has(id)) found.add(id);
  }
  return [...found].filter((each) => !sent.includes(each));
}

/** What the words of a text say that could be base64. */
const inside = (text: string): string =>
  [...text.matchAll(encoded)].map(([word]) => Buffer.from(word, 'base64url').toString('latin1')).join(' ');
