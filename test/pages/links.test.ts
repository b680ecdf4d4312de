import { describe, expect, it } from 'vitest';
import { inviteByOperator } from '../../src/identity/invite-member.ts';
import type { Role } from '../../src/identity/roles.ts';
import { memberPassword as password, withPassword } from '../support/password.ts';
import { served } from '../support/served.ts';
import { world } from '../support/world.ts';
import { Visitor } from './visitor.ts';

const here = await world({ env: { PUBLIC_URL: 'http://chantier.example' } });
const { origin } = await served(here);
const acme = await here.company('Acme');
const globex = await here.company('Globex');
const by = { actor: { kind: 'SYSTEM' } } as const;

/** The path that the link of an invitation leads to, and its token. */
async function invite(email: string, role: Role = 'MEMBER', company = acme) {
  const { link } = await inviteByOperator(here.app.identity, { tenant: company.tenant, email, role }, by);
  const { pathname, search, searchParams } = new URL(link);
  return { path: pathname + search, token: searchParams.get('token')! };
}

describe('the link of an invitation', () => {
  const newcomer = { firstName: 'Zoé', lastName: 'Martin', password };

  it('lets a person without an account choose a name and a password, and signs in', async () => {
    const { path, token } = await invite('zoe@example.test', 'ADMIN');
    const visitor = new Visitor(origin, 'fr');
    const page = await (await visitor.get(path)).text();
    expect(page).toContain('Rejoindre Acme');
    expect(page).toContain('zoe@example.test (Administrateur)');
    const answer = await visitor.post('/accept-invitation', { ...newcomer, token });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
    const role = await visitor.graphql('{ viewer { role } }', `/t/${acme.tenant.slug}/graphql`);
    expect(role).toEqual({ data: { viewer: { role: 'ADMIN' } } });
  });

  it('is not consumed by opening it, and works once', async () => {
    const { path, token } = await invite('once@example.test');
    const visitor = new Visitor(origin);
    for (let n = 0; n < 3; n++) expect((await visitor.get(path)).status).toBe(200);
    expect((await visitor.post('/accept-invitation', { ...newcomer, token })).status).toBe(303);
    expect((await new Visitor(origin).get(path)).status).toBe(404);
    expect((await new Visitor(origin).post('/accept-invitation', { ...newcomer, token })).status).toBe(404);
  });

  it('asks a person with an account for the password, and admits nobody else', async () => {
    const member = await withPassword(await acme.member('MEMBER'));
    const { path, token } = await invite(member.user.email, 'CONSULTANT', globex);
    const visitor = new Visitor(origin);
    const page = await (await visitor.get(path)).text();
    expect(page).not.toContain('firstName');
    const wrong = await visitor.post('/accept-invitation', { token, password: 'another long password' });
    expect([wrong.status, visitor.cookie]).toEqual([401, '']);
    expect((await visitor.post('/accept-invitation', { token, password })).status).toBe(303);
    expect(await (await visitor.get('/')).text()).toContain('Globex');
  });

  it('asks nothing if the invited person is signed in', async () => {
    const member = await withPassword(await acme.member('MEMBER'));
    const visitor = new Visitor(origin);
    await visitor.post('/sign-in', { email: member.user.email, password });
    const { path, token } = await invite(member.user.email, 'CONSULTANT', globex);
    expect(await (await visitor.get(path)).text()).not.toContain('type="password"');
    expect((await visitor.post('/accept-invitation', { token })).status).toBe(303);
    expect(await (await visitor.get('/')).text()).toContain('Globex');
  });

  it('reports invalid input, and keeps the names', async () => {
    const { token } = await invite('short@example.test');
    const visitor = new Visitor(origin);
    const answer = await visitor.post('/accept-invitation', { ...newcomer, token, password: 'short' });
    const page = await answer.text();
    expect(answer.status).toBe(400);
    expect(page).toContain('10 to 256 characters');
    expect(page).toContain('value="Zoé"');
  });

  it('is not leaked to other sites', async () => {
    const { path } = await invite('quiet@example.test');
    const { headers } = await new Visitor(origin).get(path);
    expect(headers.get('referrer-policy')).toBe('same-origin');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it.each(['', 'nothing', 'x'.repeat(3_000)])('that is no link leads nowhere: %#', async (token) => {
    const answer = await new Visitor(origin).get(`/accept-invitation?token=${token}`);
    expect([answer.status < 500, answer.headers.get('content-type')]).toEqual([true, 'text/html; charset=utf-8']);
  });
});

describe('the link of a sign-up', () => {
  it('leads to a page that asks for the password', async () => {
    const visitor = new Visitor(origin);
    expect(await (await visitor.get('/verify-email?token=nothing')).text()).toContain('name="password"');
    const answer = await visitor.post('/verify-email', { token: 'nothing', password });
    expect([answer.status, visitor.cookie]).toEqual([401, '']);
  });
});

describe('a forgotten password', () => {
  it('gets the same answer whether or not the address has an account', async () => {
    const member = await acme.member('MEMBER');
    const ask = async (email: string) => {
      const answer = await new Visitor(origin).post('/forgotten-password', { email });
      return [answer.status, (await answer.text()).replaceAll(email, 'x')];
    };
    expect(await ask(member.user.email)).toEqual(await ask('nobody@example.test'));
  });

  it('is replaced through a valid link only', async () => {
    const fields = { token: 'nothing', newPassword: password };
    const answer = await new Visitor(origin, 'fr').post('/reset-password', fields);
    expect(answer.status).toBe(401);
    expect(await answer.text()).toContain('Ce lien a déjà servi ou a expiré');
  });
});
