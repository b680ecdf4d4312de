import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CompactSign, type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiKeyUse } from '../../src/identity/api-key-use.ts';
import { Authenticator } from '../../src/identity/authenticate.ts';
import { type ExternalIssuer, ExternalIssuers } from '../../src/identity/external-issuers.ts';
import { linkIdentity, unlinkIdentity } from '../../src/identity/link-identity.ts';
import { MemberStates } from '../../src/identity/member-states.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { outcomes, processes } from './support.ts';

const [here] = await processes(1);
const { clock, identity } = here;
const acme = await here.company();

interface Claims {
  aud?: string;
  iss?: string;
  iat?: number;
  exp?: number;
  nbf?: number;
}

/** An OIDC provider with one key, on a port of its own. */
class Provider {
  readonly server: Server;
  readonly #key: CryptoKey;
  /** What it answers: the status of both documents, and the address that its metadata names as its own. */
  status = 200;
  claimed: string | undefined;

  private constructor(server: Server, key: CryptoKey) {
    this.server = server;
    this.#key = key;
  }

  get issuer(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  static async open(): Promise<Provider> {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const keys = [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }];
    const provider = new Provider(createServer(), privateKey);
    provider.server.on('request', (request, response) => {
      const { issuer, claimed = issuer } = provider;
      const metadata = { issuer: claimed, jwks_uri: `${issuer}/keys` };
      response.writeHead(provider.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(request.url === '/keys' ? { keys } : metadata));
    });
    await new Promise<void>((resolve) => provider.server.listen(0, 'localhost', resolve));
    return provider;
  }

  /** A token that is in order, but for what the test changes. */
  token(subject: string, changes: Claims = {}, typ: string | undefined = 'at+jwt'): Promise<string> {
    const now = Math.floor(clock.now().getTime() / 1000);
    return new SignJWT({ aud: 'chantier', iss: this.issuer, sub: subject, iat: now, exp: now + 300, ...changes })
      .setProtectedHeader({ alg: 'ES256', kid: 'one', ...(typ !== '' && { typ }) })
      .sign(this.#key);
  }

  /** A token with these claims, as a text: no JSON writer makes an infinite number. */
  signed(claims: string): Promise<string> {
    return new CompactSign(Buffer.from(claims))
      .setProtectedHeader({ alg: 'ES256', kid: 'one', typ: 'at+jwt' })
      .sign(this.#key);
  }
}

const provider = await Provider.open();
afterAll(() => provider.server.close());

function trusting(changes: Partial<ExternalIssuer> = {}): Authenticator {
  const issuer = { issuer: provider.issuer, audience: 'chantier', algorithms: ['ES256'], ...changes };
  return new Authenticator({
    accessTokens: identity.accessTokens,
    externalIssuers: new ExternalIssuers([issuer], clock.now),
    states: new MemberStates(here.app.catalog, clock.now),
    apiKeyUse: new ApiKeyUse(here.app.catalog, silentLogger),
    clock: clock.now,
  });
}

describe('a token of an external issuer', () => {
  const authenticator = trusting();
  const present = (token: string, tenant?: { id: string }) =>
    authenticator.authenticate({ authorization: `Bearer ${token}`, tenant });
  let userId: string;

  beforeAll(async () => {
    const { person } = await here.member(acme, 'CONSULTANT');
    userId = person.userId;
    await linkIdentity(identity, { userId, issuer: provider.issuer, subject: 'ada' });
  });

  it('authenticates the linked user, in the organization that the request names', async () => {
    const token = await provider.token('ada');
    expect(await present(token)).toMatchObject({ userId });
    expect(await present(token, acme)).toMatchObject({ userId, role: 'CONSULTANT', organizationId: acme.id });
    expect(await authenticator.organizationOf(await authenticator.read(`Bearer ${token}`))).toBeUndefined();
    expect(await outcomes([present(token, await here.company('Globex'))])).toEqual(['FORBIDDEN']);
  });

  it('is rejected without details for a subject that is not linked', async () => {
    expect(await outcomes([present(await provider.token('eve'))])).toEqual(['UNAUTHENTICATED']);
  });

  it('is rejected for another audience or issuer, and outside its validity period', async () => {
    const now = clock.now().getTime() / 1000;
    const changes = [{ aud: 'other' }, { iss: 'https://evil.example' }, { exp: now - 10 }, { nbf: now + 60 }];
    const tokens = await Promise.all(changes.map((change) => provider.token('ada', change)));
    expect(await outcomes(tokens.map((token) => present(token)))).toEqual(Array(4).fill('UNAUTHENTICATED'));
  });

  it('is rejected if it is signed with another algorithm than the pinned one, or with another key', async () => {
    const other = await Provider.open();
    const forged = await other.token('ada', { iss: provider.issuer });
    other.server.close();
    expect(await outcomes([present(forged)])).toEqual(['UNAUTHENTICATED']);
    const pinned = trusting({ algorithms: ['RS256'] });
    const authorization = `Bearer ${await provider.token('ada')}`;
    expect(await outcomes([pinned.authenticate({ authorization })])).toEqual(['UNAUTHENTICATED']);
  });

  it('is rejected if its type is missing or different', async () => {
    const types = ['', 'rt+jwt', 'id+jwt', 'at+jwt', 'application/AT+JWT', 'JWT'];
    const tokens = await Promise.all(types.map((typ) => provider.token('ada', {}, typ)));
    const refused = Array(3).fill('UNAUTHENTICATED');
    expect(await outcomes(tokens.map((token) => present(token)))).toEqual([...refused, 'ok', 'ok', 'ok']);
    const strict = trusting({ types: ['at+jwt'] });
    expect(await outcomes([strict.authenticate({ authorization: `Bearer ${tokens[5]}` })])).toEqual([
      'UNAUTHENTICATED',
    ]);
  });

  it('is refused when it lives longer than its issuer’s tokens may, or comes from the future', async () => {
    const now = Math.floor(clock.now().getTime() / 1000);
    const year = 365 * 86_400;
    const changes = [{ exp: now + 10 * year }, { iat: now + 60 }, { iat: now - 2 * 86_400 }, { exp: now + 86_401 }];
    const tokens = await Promise.all(changes.map((change) => provider.token('ada', change)));
    expect(await outcomes(tokens.map((token) => present(token)))).toEqual(Array(4).fill('UNAUTHENTICATED'));
    const short = trusting({ maxTokenAgeMs: 60_000 });
    const usual = `Bearer ${await provider.token('ada')}`;
    expect(await outcomes([short.authenticate({ authorization: usual })])).toEqual(['UNAUTHENTICATED']);
  });

  it.each([
    ['its end', (now: number) => `"iat":${now},"exp":1e400`],
    ['when it was made', (now: number) => `"iat":-1e400,"exp":${now + 300}`],
    ['its start', (now: number) => `"iat":${now},"nbf":-1e400,"exp":${now + 300}`],
  ])('is rejected if %s is not a time', async (_which, times) => {
    const claims = (text: string) => `{"iss":"${provider.issuer}","aud":"chantier","sub":"ada",${text}}`;
    const now = Math.floor(clock.now().getTime() / 1000);
    expect(await outcomes([present(await provider.signed(claims(`"iat":${now},"exp":${now + 300}`)))])).toEqual(['ok']);
    expect(await outcomes([present(await provider.signed(claims(times(now))))])).toEqual(['UNAUTHENTICATED']);
  });

  it('is rejected if its text is padded, in each part and as a whole', async () => {
    const token = await provider.token('ada');
    const pad = (part: string) => part.padEnd(Math.ceil(part.length / 4) * 4, '=');
    const parts = token.split('.');
    const padded = parts.map((_, which) => parts.map((part, n) => (n === which ? pad(part) : part)).join('.'));
    const texts = [...padded, parts.map(pad).join('.'), `${token}=`].filter((text) => text !== token);
    expect(await outcomes(texts.map((text) => present(text)))).toEqual(texts.map(() => 'UNAUTHENTICATED'));
    expect(await outcomes([present(token)])).toEqual(['ok']);
  });

  it('needs metadata that name the issuer itself, and keys that can be fetched', async () => {
    const ask = async () => {
      const fresh = trusting();
      return (await outcomes([fresh.authenticate({ authorization: `Bearer ${await provider.token('ada')}` })]))[0];
    };
    provider.claimed = 'https://evil.example';
    expect(await ask()).toBe('UNAVAILABLE');
    provider.claimed = undefined;
    provider.status = 500;
    expect(await ask()).toBe('UNAVAILABLE');
    provider.status = 200;
    expect(await ask()).toBe('ok');
  });

  it('is rejected once the link is removed', async () => {
    const token = await provider.token('ada');
    await unlinkIdentity(identity, { userId, issuer: provider.issuer, subject: 'ada' });
    expect(await outcomes([present(token)])).toEqual(['UNAUTHENTICATED']);
  });

  it('is never accepted with a shared key', () => {
    expect(() => trusting({ algorithms: ['HS256'] })).toThrow('asymmetric');
    expect(() => trusting({ algorithms: [] })).toThrow('asymmetric');
  });
});
