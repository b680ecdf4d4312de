import { describe, expect, it } from 'vitest';
import { world } from '../support/world.ts';

const here = await world({ env: { TENANT_DOMAIN: 'chantier.example' } });
const acme = await here.company('Acme');
const globex = await here.company('Globex');
const member = await acme.as('MEMBER');

async function ask(url: string, headers: Record<string, string> = {}) {
  const response = await here.yoga.fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: '{ profiles { nodes { firstName } } }' }),
  });
  const { data, errors } = (await response.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] };
  return { data, code: errors?.[0]?.extensions.code, status: response.status };
}

const hostOf = (slug: string) => `http://${slug}.chantier.example`;
const path = (slug: string) => `http://localhost/t/${slug}/graphql`;

describe('a token of one organization', () => {
  it.each([
    ['alone', 'http://localhost/graphql', {}],
    ['on its host', `${hostOf(acme.tenant.slug)}/graphql`, {}],
    ['on its path', path(acme.tenant.slug), {}],
    ['with its header', 'http://localhost/graphql', { 'x-tenant': acme.tenant.slug }],
    ['everywhere', `${hostOf(acme.tenant.slug)}/t/${acme.tenant.slug}/graphql`, { 'x-tenant': acme.tenant.slug }],
  ])('is valid %s', async (_name, url, headers) => {
    const host = new URL(url).host;
    const { data, code } = await ask(url, { ...member.headers, host, ...headers });
    expect(code).toBeUndefined();
    expect(data).toEqual({ profiles: { nodes: [{ firstName: 'Member' }] } });
  });

  it.each([
    ['host', `${hostOf(globex.tenant.slug)}/graphql`, {}],
    ['path', path(globex.tenant.slug), {}],
    ['header', 'http://localhost/graphql', { 'x-tenant': globex.tenant.slug }],
    ['path, and its own header', path(globex.tenant.slug), { 'x-tenant': acme.tenant.slug }],
  ])('is rejected on the %s of another', async (_name, url, headers) => {
    const host = new URL(url).host;
    const answer = await ask(url, { ...member.headers, host, ...headers });
    expect(answer).toEqual({ data: undefined, code: 'TENANT_MISMATCH', status: 403 });
  });

  it('cannot distinguish another organization from a missing one', async () => {
    const other = await ask(path(globex.tenant.slug), member.headers);
    const unknown = await ask(path('no-such-company'), member.headers);
    expect(unknown).toEqual(other);
  });
});

it('a request without a token or a name has no organization', async () => {
  expect((await ask('http://localhost/graphql')).code).toBe('UNAUTHENTICATED');
  expect((await ask(path('no-such-company'))).code).toBe('TENANT_NOT_FOUND');
});
