import { describe, expect, test } from 'vitest';
import { type RouteHints, routeTenant, slugOfRoute } from './routing.ts';
import type { Tenant } from './tenant.ts';

const options = { baseDomains: ['chantier.test', 'localhost'] };

const tenant = (slug: string, over: Partial<Tenant> = {}): Tenant => ({
  id: `id-of-${slug}`,
  slug,
  name: slug,
  schemaName: `tenant_${slug}`,
  roleName: `role_${slug}`,
  databaseId: 'primary',
  status: 'ACTIVE',
  modules: new Set(),
  timeZone: 'Europe/Paris',
  locale: 'fr-FR',
  currency: 'EUR',
  quarantined: false,
  ...over,
});

const known = [
  tenant('acme'),
  tenant('globex'),
  tenant('frozen', { status: 'SUSPENDED' }),
  tenant('unborn', { status: 'PROVISIONING' }),
  tenant('broken', { quarantined: true }),
];
const finder = {
  findBySlug: async (slug: string) => known.find((one) => one.slug === slug),
  findById: async (id: string) => known.find((one) => one.id === id),
};
const route = (hints: RouteHints) => routeTenant(hints, options, finder);
const refused = (code: string) => expect.objectContaining({ code });

describe('each way to name a tenant', () => {
  test.each<[string, RouteHints]>([
    ['subdomain', { host: 'acme.chantier.test' }],
    ['subdomain with port and capitals', { host: 'ACME.localhost:4000' }],
    ['path prefix', { path: '/t/acme/graphql' }],
    ['header', { header: 'acme' }],
    ['token', { tokenOrganizationId: 'id-of-acme' }],
    [
      'all at once',
      { host: 'acme.localhost', path: '/t/acme/graphql', header: 'acme', tokenOrganizationId: 'id-of-acme' },
    ],
  ])('%s', async (_, hints) => {
    expect((await route(hints))?.slug).toBe('acme');
  });

  test.each<RouteHints>([
    {},
    { host: 'chantier.test' },
    { host: 'www.chantier.test', path: '/graphql' },
    { host: '::1' },
  ])('%o names none', async (hints) => {
    expect(await route(hints)).toBeUndefined();
  });
});

describe('all names of the tenant must agree', () => {
  test.each<RouteHints>([
    { host: 'acme.localhost', header: 'globex' },
    { path: '/t/acme/graphql', header: 'globex' },
    { host: 'globex.localhost', tokenOrganizationId: 'id-of-acme' },
    { path: '/t/globex/graphql', tokenOrganizationId: 'id-of-acme' },
    { header: 'globex', tokenOrganizationId: 'id-of-acme' },
    { header: 'frozen', tokenOrganizationId: 'id-of-acme' },
  ])('%o is refused', async (hints) => {
    await expect(route(hints)).rejects.toThrow(refused('TENANT_MISMATCH'));
  });
});

test.each<[RouteHints, string]>([
  [{ header: 'nobody' }, 'TENANT_NOT_FOUND'],
  [{ header: "acme'--" }, 'TENANT_NOT_FOUND'],
  [{ host: 'a.b.localhost' }, 'TENANT_NOT_FOUND'],
  [{ tokenOrganizationId: 'gone' }, 'TENANT_NOT_FOUND'],
  [{ header: 'unborn' }, 'TENANT_NOT_FOUND'],
  [{ header: 'frozen' }, 'TENANT_INACTIVE'],
  [{ header: 'broken' }, 'MIGRATING'],
])('%o answers %s', async (hints, code) => {
  await expect(route(hints)).rejects.toThrow(refused(code));
});

test('a path names its tenant, whatever follows it', () => {
  expect(slugOfRoute({ path: '/t/acme?x=1' }, options)).toBe('acme');
});
