import { describe, expect, it } from 'vitest';
import { candidateIds, isDocumentId, registeredId, sha256Of } from './document-id.ts';
import { readManifest } from './manifest.ts';

const text = '{ viewer { role } }';
const documents = [{ id: 'a', text }];

describe('a manifest', () => {
  it.each([
    ['the client preset, Relay and gql.tada', { a: text }],
    [
      'Apollo',
      {
        format: 'apollo-persisted-query-manifest',
        version: 1,
        operations: [{ id: 'a', name: 'Q', type: 'query', body: text }],
      },
    ],
  ])('of %s is read', (_name, manifest) => {
    expect(readManifest(JSON.stringify(manifest))).toEqual(documents);
  });

  it.each(['{', '[]', '{"a":1}', '"x"', '{"format":"other","operations":[]}'])('%s is refused', (manifest) => {
    expect(() => readManifest(manifest)).toThrow(/The manifest is/);
  });
});

describe('the id of a document', () => {
  const hash = sha256Of(text);

  it.each([
    [`sha256:${hash}`, true],
    [hash, true],
    ['x-app:Tasks.v1', true],
    ['sha256:ecf4', false],
    [`sha256:${hash.toUpperCase()}`, false],
    ['', false],
    ['a b', false],
    ['a'.repeat(129), false],
  ])('%s: %s', (id, expected) => {
    expect(isDocumentId(id)).toBe(expected);
  });

  it('is one id with and without the prefix of a digest', () => {
    expect(registeredId(hash, hash)).toBe(`sha256:${hash}`);
    expect(registeredId('a', hash)).toBe('a');
    expect(candidateIds(hash)).toEqual([`sha256:${hash}`, hash]);
    expect(candidateIds('a')).toEqual(['a']);
  });
});
