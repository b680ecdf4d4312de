import { describe, expect, it } from 'vitest';
import { uuidv7 } from '../lib/ids.ts';
import { formatRefreshToken, isAuthentic, parseRefreshToken } from './refresh-token.ts';

describe('refresh tokens', () => {
  const sessionId = uuidv7();
  const token = formatRefreshToken(sessionId, 7, 'key');

  it('carry their session and number, with a MAC', () => {
    const parsed = parseRefreshToken(token)!;
    expect(parsed).toMatchObject({ sessionId, generation: 7 });
    expect(isAuthentic(parsed, 'key')).toBe(true);
  });

  it('cannot be forged without the key, or renumbered', () => {
    const parsed = parseRefreshToken(token)!;
    expect(isAuthentic(parsed, 'another')).toBe(false);
    expect(isAuthentic({ ...parsed, generation: 8 }, 'key')).toBe(false);
    expect(isAuthentic({ ...parsed, sessionId: uuidv7() }, 'key')).toBe(false);
  });

  it('are recognised by their form', () => {
    expect(parseRefreshToken('')).toBeUndefined();
    expect(parseRefreshToken('chr_')).toBeUndefined();
    expect(parseRefreshToken(token.slice(0, -4))).toBeUndefined();
    expect(parseRefreshToken(token.replace('chr_', 'chk_'))).toBeUndefined();
  });
});
