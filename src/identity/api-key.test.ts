import { describe, expect, it } from 'vitest';
import { formatApiKey, isSecretOf, newApiKey, parseApiKey } from './api-key.ts';
import { hashSecret } from './secret-token.ts';

describe('API keys', () => {
  it('are parsed from their text, and verified by their secret', () => {
    const key = newApiKey();
    expect(parseApiKey(formatApiKey(key))).toEqual(key);
    expect(isSecretOf(key.secret, hashSecret(key.secret))).toBe(true);
    expect(isSecretOf(newApiKey().secret, hashSecret(key.secret))).toBe(false);
    expect(isSecretOf(key.secret, 'short')).toBe(false);
  });

  it('are rejected in any other form', () => {
    expect(parseApiKey('chk_abc_def')).toBeUndefined();
    expect(parseApiKey(`x${formatApiKey(newApiKey())}`)).toBeUndefined();
  });
});
