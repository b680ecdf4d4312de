import { describe, expect, it } from 'vitest';
import { Passwords } from './password.ts';

const cheap = { memory: 64, passes: 1, parallelism: 1 };
const passwords = new Passwords({ cost: cheap });

describe('Passwords', () => {
  it('stores argon2id at the cost that OWASP recommends', async () => {
    const stored = await new Passwords().hash('correct horse');
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(await passwords.verify('correct horse', stored)).toBe(true);
  });

  it('agrees with the reference implementation', async () => {
    // The argon2id line of the argon2 command line's own test: password "password", salt "somesalt", t=2, m=2^16, p=1.
    const reference = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    expect(await passwords.verify('password', reference)).toBe(true);
    expect(await passwords.verify('passwore', reference)).toBe(false);
  });

  it('salts each hash, and refuses another password', async () => {
    const stored = await passwords.hash('correct horse');
    expect(await passwords.hash('correct horse')).not.toBe(stored);
    expect(await passwords.verify('correct horse', stored)).toBe(true);
    expect(await passwords.verify('Correct horse', stored)).toBe(false);
  });

  it('treats different Unicode compositions of a text as one password', async () => {
    expect(await passwords.verify('cafe\u0301 au lait', await passwords.hash('caf\u00e9 au lait'))).toBe(true);
  });

  it('rejects every password if none is stored', async () => {
    expect(await passwords.verify('anything', null)).toBe(false);
    expect(await passwords.verify('anything', undefined)).toBe(false);
  });

  it('asks for a new hash when the cost has changed', async () => {
    const stored = await passwords.hash('correct horse');
    expect(passwords.needsRehash(stored)).toBe(false);
    expect(new Passwords().needsRehash(stored)).toBe(true);
  });

  it('refuses hashes beyond its queue, and completes the others', async () => {
    const small = new Passwords({ cost: cheap, concurrency: 1, maxWaiting: 2 });
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => small.hash('correct horse')));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(3);
    expect(results.at(-1)).toMatchObject({ reason: { code: 'UNAVAILABLE' } });
  });
});
