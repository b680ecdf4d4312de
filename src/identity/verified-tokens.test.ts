import { describe, expect, it } from 'vitest';
import { VerifiedTokens } from './verified-tokens.ts';

const at = (seconds: number) => new Date(seconds * 1000);

describe('VerifiedTokens', () => {
  it('forgets a token when it expires', () => {
    const tokens = new VerifiedTokens<{ expiresAt: Date }>();
    tokens.add('a', { expiresAt: at(10) });
    expect(tokens.get('a', at(9))).toBeDefined();
    expect(tokens.get('a', at(10))).toBeUndefined();
    expect(tokens.size).toBe(0);
  });

  it('stays within its capacity and keeps what is in use', () => {
    const tokens = new VerifiedTokens<{ expiresAt: Date }>(2);
    tokens.add('a', { expiresAt: at(10) });
    tokens.add('b', { expiresAt: at(10) });
    tokens.get('a', at(1));
    tokens.add('c', { expiresAt: at(10) });
    expect([tokens.get('a', at(1)), tokens.get('b', at(1)), tokens.get('c', at(1))]).toEqual([
      { expiresAt: at(10) },
      undefined,
      { expiresAt: at(10) },
    ]);
  });
});
