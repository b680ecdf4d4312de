import { describe, expect, it } from 'vitest';
import { newJoinCode, normalizeJoinCode } from './join-code.ts';

describe('join codes', () => {
  it('are easy to read out', () => {
    expect(newJoinCode()).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
    expect(newJoinCode()).not.toBe(newJoinCode());
  });

  it('are normalized however they are typed', () => {
    expect(normalizeJoinCode(' 7k3qx om9tb ')).toBe('7K3QX-0M9TB');
    expect(normalizeJoinCode('7K3QX-0M9TB')).toBe('7K3QX-0M9TB');
    expect(normalizeJoinCode('ilo00-00000')).toBe('11000-00000');
  });
});
