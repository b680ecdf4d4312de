import { describe, expect, it } from 'vitest';
import { html } from '../../src/lib/html.ts';
import { memberPassword as password, withPassword } from '../support/password.ts';
import { served } from '../support/served.ts';
import { type Member, world } from '../support/world.ts';
import { Visitor } from './visitor.ts';

const here = await world();
const { origin } = await served(here);
const acme = await here.company('Acme');
const globex = await here.company('Globex');

async function signedIn(member: Member, language?: string): Promise<Visitor> {
  const visitor = new Visitor(origin, language);
  const answer = await visitor.post('/sign-in', { email: member.user.email, password });
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
  return visitor;
}

const admin = await withPassword(await acme.member('ADMIN', { firstName: 'Ada', lastName: '<b>Byron' }));
const role = '{ viewer { role } }';
const nobody = { data: { viewer: null } };
const inAcme = `/t/${acme.tenant.slug}/graphql`;

describe('the page at /', () => {
  it('says what the server is and asks to sign in, in the browser’s language', async () => {
    const english = await (await new Visitor(origin, 'en').get('/')).text();
    expect(english).toContain('<html lang="en">');
    expect(english).toContain('Sign in');
    const french = await (await new Visitor(origin, 'fr-FR, en;q=0.5').get('/')).text();
    expect(french).toContain('<html lang="fr">');
    expect(french).toContain('Se connecter');
  });

  it('allows no scripts, no framing by other sites, and no caching', async () => {
    const { headers } = await new Visitor(origin).get('/');
    const policy = headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/script-src|unsafe/);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('same-origin');
    expect(headers.get('vary')).toBe('accept-language, cookie');
  });
});

describe('signing in', () => {
  it('sets a cookie that scripts cannot read, and lists the organizations', async () => {
    const visitor = new Visitor(origin);
    const answer = await visitor.post('/sign-in', { email: admin.user.email, password });
    const [line] = answer.headers.getSetCookie();
    expect(line).toMatch(/^chantier_session=chs_[\w-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/);
    const page = await (await visitor.get('/')).text();
    expect(page).toContain(`href="/t/${acme.tenant.slug}/explorer"`);
    expect(page).toContain('Administrator');
    expect(page).not.toContain(globex.tenant.slug);
  });

  it.each([
    ['a wrong password', { password: 'another long password' }, 401, 'incorrect'],
    ['an unknown address', { email: 'nobody@example.test' }, 401, 'incorrect'],
    ['what is no address', { email: '"><script>' }, 400, 'adresse e-mail valide'],
  ])('rejects %s with a message, keeps the address and forgets the password', async (_, wrong, status, said) => {
    const visitor = new Visitor(origin, 'fr');
    const fields = { email: admin.user.email, password, ...wrong };
    const answer = await visitor.post('/sign-in', fields);
    const page = await answer.text();
    expect([answer.status, visitor.cookie]).toEqual([status, '']);
    expect(page).toMatch(new RegExp(`role="alert">[^<]*${said}`));
    expect(page).toContain(html`value="${fields.email}"`.text);
    expect(page).not.toContain(fields.password);
  });

  it.each([
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
  ])('rejects a form sent by another site: %o', async (headers: Record<string, string>) => {
    const visitor = new Visitor(origin);
    const answer = await visitor.post('/sign-in', { email: admin.user.email, password }, headers);
    expect([answer.status, visitor.cookie]).toEqual([403, '']);
    expect(answer.headers.get('content-type')).toContain('text/html');
  });

  it('redirects to the requested explorer, and to no other place', async () => {
    const explorer = `/t/${acme.tenant.slug}/explorer`;
    const asked = await new Visitor(origin).get(explorer);
    expect(asked.headers.get('location') ?? 'open').toMatch(/open|next=/);
    const landing = async (next: string) =>
      (await new Visitor(origin).post('/sign-in', { email: admin.user.email, password, next })).headers.get('location');
    expect(await landing(explorer)).toBe(explorer);
    for (const elsewhere of [
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      `${explorer}/../..`,
      '/sign-out',
    ]) {
      expect(await landing(elsewhere)).toBe('/');
    }
  });
});

describe('the cookie', () => {
  it('authenticates operations of our page, for any organization of its user', async () => {
    const visitor = await signedIn(admin);
    expect(await visitor.graphql(role, inAcme)).toEqual({ data: { viewer: { role: 'ADMIN' } } });
    const elsewhere = await visitor.graphql(role, `/t/${globex.tenant.slug}/graphql`);
    expect(elsewhere.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  it.each([
    ['without the header of our page', { 'x-chantier-csrf': '' }],
    ['with the header of other clients', { 'x-chantier-csrf': '1' }],
    ['from another site', { origin: 'https://evil.example' }],
    ['from another host of the same site', { 'sec-fetch-site': 'same-site' }],
    ['that say nothing of where they come from', { origin: '' }],
  ])('authenticates no operations %s', async (_, headers: Record<string, string>) => {
    const visitor = await signedIn(admin);
    expect(await visitor.graphql(role, inAcme, headers)).toEqual(nobody);
  });

  it('is no refresh token, and a refresh token is no cookie', async () => {
    const visitor = await signedIn(admin);
    const [, token] = visitor.cookie.split('=');
    const refresh = `mutation { refreshSession(input: { refreshToken: "${token}", delivery: BODY }) { tokens { accessToken } } }`;
    expect((await here.graphql(refresh)).errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
    visitor.cookie = `chantier_session=${admin.session.refreshToken}`;
    expect(await visitor.graphql(role, inAcme)).toEqual(nobody);
  });

  it('of another person, changed or made up authenticates nobody', async () => {
    const visitor = await signedIn(admin);
    const [name, token = ''] = visitor.cookie.split('=');
    const other = token.endsWith('A') ? 'B' : 'A';
    for (const value of [
      `${token.slice(0, -3)}${other}AA`,
      token.slice(0, -1),
      `${token}x`,
      'chs_',
      'x'.repeat(5_000),
    ]) {
      visitor.cookie = `${name}=${value}`;
      expect(await visitor.graphql(role, inAcme)).toEqual(nobody);
    }
  });

  it('ends with its session, signed out here or everywhere', async () => {
    const [visitor, other] = [await signedIn(admin), await signedIn(admin)];
    const { cookie } = visitor;
    expect((await visitor.post('/sign-out', {})).headers.get('location')).toBe('/');
    expect(visitor.cookie).toBe('');
    visitor.cookie = cookie;
    expect(await visitor.graphql(role, inAcme)).toEqual(nobody);
    expect(await (await visitor.get('/')).text()).toContain('name="password"');
    expect(await other.graphql(role, inAcme)).toEqual({ data: { viewer: { role: 'ADMIN' } } });
    await other.graphql('mutation { signOut(input: { everywhere: true }) { done } }', inAcme);
    expect(await other.graphql(role, inAcme)).toEqual(nobody);
  });

  it('is sent over https only in production', async () => {
    const env = { NODE_ENV: 'production', PUBLIC_URL: 'https://chantier.example' };
    const production = await served(await world({ databaseUrl: here.databaseUrl, env }));
    const visitor = new Visitor(production.origin);
    const answer = await visitor.post('/sign-in', { email: admin.user.email, password });
    const [line] = answer.headers.getSetCookie();
    expect(line).toMatch(/^__Host-chantier=chs_[\w-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+; Secure$/);
    expect(answer.headers.get('strict-transport-security')).toBe('max-age=31536000');
  });
});
