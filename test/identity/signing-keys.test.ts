import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { AccessTokens } from '../../src/identity/access-token.ts';
import { publicKeySet } from '../../src/identity/jwks.ts';
import { prune } from '../../src/identity/prune.ts';
import { SigningKeys } from '../../src/identity/signing-keys.ts';
import { signingKeys } from '../../src/identity/tables.ts';
import { uuidv7 } from '../../src/lib/ids.ts';
import { Seal } from '../../src/lib/seal.ts';
import { outcomes, processes } from './support.ts';

const [here, there] = await processes(2);
const day = 24 * 3_600_000;
const seal = new Seal('the secret of these keys');
const issuing = { issuer: 'https://chantier.example', audience: 'chantier' };

/** The keys as a process of their own sees them. */
const open = (process = here, sealedBy = seal) => {
  const keys = new SigningKeys(process.app.catalog, sealedBy, here.clock.now);
  return { keys, tokens: new AccessTokens(keys, here.clock.now, issuing) };
};
const rows = () => here.app.catalog.read((db) => db.select().from(signingKeys).orderBy(signingKeys.signsFrom));
const claims = { userId: uuidv7(), sessionId: uuidv7(), organizationId: uuidv7() };
const keyOf = (token: string) => decodeProtectedHeader(token).kid;

describe('signing keys', () => {
  it('are shared by all processes from the start', async () => {
    const all = Array.from({ length: 8 }, (_, n) => open(n % 2 ? here : there));
    const tokens = await Promise.all(all.map(async ({ tokens }) => (await tokens.issue(claims)).token));
    expect(new Set(tokens.map(keyOf)).size).toBe(1);
    expect(await rows()).toHaveLength(1);
    for (const { tokens: other } of all) expect(await other.verify(tokens[0]!)).toMatchObject(claims);
  });

  it('are stored sealed', async () => {
    const [row] = await rows();
    expect(JSON.stringify(row)).not.toContain('"d"');
    expect(JSON.parse(seal.open(row!.privateKey, `signing-key:${row!.id}`))).toMatchObject({ crv: 'Ed25519' });
    expect(await outcomes([open(here, new Seal('another secret')).keys.current()])).not.toEqual(['ok']);
  });

  it('are published a day before they sign, and stay until their last token has expired', async () => {
    const { keys, tokens } = open();
    const published = async () => (await publicKeySet(keys)).keys.map(({ kid }) => kid);
    const first = (await tokens.issue(claims)).token;
    here.clock.advance(29 * day - 1);
    expect(await published()).toEqual([keyOf(first)]);
    here.clock.advance(60_001);
    const [old, next] = await published();
    expect(old).toBe(keyOf(first));
    expect(keyOf((await tokens.issue(claims)).token)).toBe(old);
    here.clock.advance(day - 120_000);
    const last = (await tokens.issue(claims)).token;
    expect(keyOf(last)).toBe(old);
    here.clock.advance(120_000);
    expect(keyOf((await tokens.issue(claims)).token)).toBe(next);
    expect(await open(there).tokens.verify(last)).toMatchObject(claims);
    here.clock.advance(2 * day);
    expect(await published()).toEqual([next]);
  });

  it('are replaced after a time when no process ran', async () => {
    here.clock.advance(365 * day);
    const { tokens } = open();
    const { token } = await tokens.issue(claims);
    expect(await open(there).tokens.verify(token)).toMatchObject(claims);
    const before = (await rows()).length;
    expect(await prune(here.identity, 86_400_000)).toBeGreaterThan(0);
    expect((await rows()).length).toBeLessThan(before);
    expect(await open(there).tokens.verify(token)).toMatchObject(claims);
  });

  it('let others verify our tokens with the published set alone', async () => {
    const { keys, tokens } = open();
    const { token } = await tokens.issue(claims);
    const published = await publicKeySet(keys);
    for (const key of published.keys) expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
    const options = { ...issuing, algorithms: ['EdDSA'], currentDate: here.clock.now() };
    const { payload } = await jwtVerify(token, createLocalJWKSet(published), options);
    expect(payload).toMatchObject({ sub: claims.userId, sid: claims.sessionId, org: claims.organizationId });
  });

  it('reject tokens of another issuer or audience, even if signed with the same keys', async () => {
    const { keys, tokens } = open();
    const foreign = ['issuer', 'audience'].map(
      (name) => new AccessTokens(keys, here.clock.now, { ...issuing, [name]: 'x' }),
    );
    const tries = foreign.map(async (other) => tokens.verify((await other.issue(claims)).token));
    expect(await outcomes(tries)).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
  });

  it('reject a token from the future, and one with too long a lifetime', async () => {
    const { keys, tokens } = open();
    const ahead = new AccessTokens(keys, () => new Date(here.clock.now().getTime() + 60_000), issuing);
    const longLived = new AccessTokens(keys, here.clock.now, { ...issuing, lifetimeMs: day });
    const { token } = await longLived.issue(claims);
    expect(await outcomes([tokens.verify((await ahead.issue(claims)).token)])).toEqual(['UNAUTHENTICATED']);
    here.clock.advance(11 * 60_000);
    expect(await outcomes([tokens.verify(token)])).toEqual(['UNAUTHENTICATED']);
  });
});
