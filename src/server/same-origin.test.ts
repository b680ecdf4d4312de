import { expect, it } from 'vitest';
import { isSameOrigin } from './same-origin.ts';

const host = 'chantier.example';

it.each([
  [{ 'sec-fetch-site': 'same-origin' }, true],
  [{ 'sec-fetch-site': 'same-origin', origin: 'https://chantier.example' }, true],
  [{ origin: 'https://chantier.example' }, true],
  [{}, false],
  [{ origin: 'https://evil.example' }, false],
  [{ origin: 'https://chantier.example.evil.example' }, false],
  [{ origin: 'https://chantier.example:8443' }, false],
  [{ origin: 'null' }, false],
  [{ 'sec-fetch-site': 'cross-site' }, false],
  // Other hosts of the same domain
  [{ 'sec-fetch-site': 'same-site' }, false],
  [{ 'sec-fetch-site': 'cross-site', origin: 'https://chantier.example' }, false],
  // Opened from the address bar
  [{ 'sec-fetch-site': 'none' }, false],
])('%o is from our own page: %s', (sent, expected) => {
  expect(isSameOrigin(new Headers({ host, ...sent } as Record<string, string>))).toBe(expected);
});
