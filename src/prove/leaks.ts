import type { ScratchOrganization } from './scratch-organization.ts';

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const encoded = /[\w-]{16,}/g;
const maxLayers = 3;

/**
 * The values of an organization that appear in an answer: its marker, ids and other secrets, also base64-encoded (as in
 * cursors). Values that the request contained are not reported.
 */
export function leaksIn(text: string, { marker, secrets }: ScratchOrganization, sent = ''): string[] {
  const names = [marker, ...[...secrets].filter((secret) => !secret.match(uuid))];
  const found = new Set<string>();
  for (let layer = text, depth = 1; layer && depth <= maxLayers; layer = decodeBase64(layer), depth++) {
    for (const name of names) if (layer.includes(name)) found.add(name);
    for (const [id] of layer.matchAll(uuid)) if (secrets.has(id)) found.add(id);
  }
  return [...found].filter((each) => !sent.includes(each));
}

/** Decodes all words of a text that could be base64. */
const decodeBase64 = (text: string): string =>
  [...text.matchAll(encoded)].map(([word]) => Buffer.from(word, 'base64url').toString('latin1')).join(' ');
