import { expect, it } from 'vitest';
import { decodeGlobalId } from '../../src/graphql/declare/global-id.ts';
import { checkQuery } from '../../src/graphql/declare/text-search.ts';
import { parseApiKey } from '../../src/identity/api-key.ts';
import { normalizeJoinCode } from '../../src/identity/join-code.ts';
import { networkOf } from '../../src/identity/network.ts';
import { parseRefreshToken } from '../../src/identity/refresh-token.ts';
import { readDecimal } from '../../src/lib/decimal-text.ts';
import { colorField, decimalField, emailField, nameField, textField, webAddressField } from '../../src/lib/fields.ts';
import { readDay, readInstant } from '../../src/lib/instants.ts';
import { negotiateLanguage } from '../../src/lib/language.ts';
import { foldName, isVisible } from '../../src/lib/names.ts';
import { searchQuery } from '../../src/lib/search-words.ts';
import { decodeEventCursor } from '../../src/modules/events/event-cursor.ts';
import { emojiField } from '../../src/modules/messaging/emoji.ts';
import { checkPattern } from '../../src/modules/settings/code-pattern.ts';
import { acceptedType } from '../../src/server/accept.ts';
import { addressReader } from '../../src/server/client-address.ts';
import { readCookie } from '../../src/server/cookies.ts';
import { hostCheck } from '../../src/server/hosts.ts';
import { bodyTypeProblem } from '../../src/server/routes/media-type.ts';
import { requireDecodable } from '../../src/server/routes/percent-encoding.ts';
import { isSlug, slugOf } from '../../src/tenancy/slug.ts';

/**
 * Five times the longest text that a field takes, and six times the longest headers. What reads a text in linear time
 * is done in milliseconds; what goes over it again for each of its characters does not come to an end within the time
 * of the test.
 */
const length = 100_000;

/** Texts on which backtracking goes far: long runs of what a reader repeats, and an end that fits nothing. */
const runs = [
  'a',
  '0',
  '9',
  ' ',
  '\t',
  '-',
  '.',
  ',',
  ';',
  '=',
  '"',
  '\\',
  ':',
  '{',
  '{seq',
  '%',
  '%41',
  '@',
  '/',
  '+',
  '_',
];
const pairs = [
  'a ',
  ' a',
  'a-',
  '-a',
  '0.',
  'a.',
  'a;',
  'a=',
  '="',
  ';q=',
  'a,',
  '1e',
  '00:',
  '\u200b ',
  '🦊',
  'é\u0301',
  '日',
];
const texts = [...runs, ...pairs].flatMap((part) => {
  const run = part.repeat(Math.ceil(length / part.length));
  return [run, `${run}\n`, `${run}!`, `x${run}x`];
});

const fromProxy = (trusted: 'forwarded' | 'x-forwarded-for') => (text: string) =>
  addressReader(trusted)('192.0.2.1', { get: () => text });
const hosts = hostCheck({
  host: '127.0.0.1',
  publicUrl: 'https://chantier.example',
  tenantDomain: 'chantier.example',
} as never);

const readers: Record<string, (text: string) => unknown> = {
  foldName,
  isVisible,
  searchQuery: (text) => searchQuery(text.slice(0, 10_000)),
  readDay,
  readInstant,
  readDecimal,
  parseApiKey,
  parseRefreshToken,
  normalizeJoinCode,
  networkOf,
  negotiateLanguage,
  decodeEventCursor,
  acceptedType,
  hosts,
  isSlug,
  slugOf,
  decodeGlobalId,
  checkQuery,
  checkPattern: (text) => checkPattern(text, 'input.pattern'),
  readCookie: (text) => readCookie(text, 'chantier_refresh'),
  requireDecodable: (text) => requireDecodable(text, 'path'),
  forwarded: fromProxy('forwarded'),
  xForwardedFor: fromProxy('x-forwarded-for'),
  contentType: (text) => bodyTypeProblem({ get: () => text } as never, ['application/json']),
  contentTypeParameters: (text) =>
    bodyTypeProblem({ get: () => `application/json;${text}` } as never, ['application/json']),
  name: (text) => nameField.safeParse(text),
  text: (text) => textField.safeParse(text),
  email: (text) => emailField.safeParse(text),
  color: (text) => colorField.safeParse(text),
  webAddress: (text) => webAddressField.safeParse(`https://${text}`),
  decimal: (text) => decimalField(2, { min: 0, max: 1 }).safeParse(text),
  emoji: (text) => emojiField.safeParse(text),
};

it.each(Object.entries(readers))('%s handles the worst texts in linear time', (_name, read) => {
  let done = 0;
  for (const text of texts) {
    try {
      read(text);
    } catch (error) {
      expect(error).toMatchObject({ code: expect.stringMatching(/^BAD_/) });
    }
    done++;
  }
  expect(done).toBe(texts.length);
});
