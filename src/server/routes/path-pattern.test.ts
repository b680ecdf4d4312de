import { expect, it } from 'vitest';
import { pathPattern } from './path-pattern.ts';

const database = pathPattern({ path: '/api/organizations/:id/database', underTenant: true });

it.each([
  ['/api/organizations/1/database', { id: '1' }],
  ['/t/acme/api/organizations/Organization%3A1/database', { id: 'Organization:1' }],
  ['/api/organizations/%ff/database', undefined],
  ['/api/organizations//database', undefined],
  ['/api/organizations/1/database/', undefined],
  ['/t/a/b/api/organizations/1/database', undefined],
  ['/x/../api/organizations/1/database', undefined],
])('%s has the parameters %j', (path, params) => {
  expect(database(path)).toEqual(params);
});

it('takes dots and the start and end of a path literally', () => {
  const keys = pathPattern({ path: '/.well-known/jwks.json' });
  expect(keys('/.well-known/jwks.json')).toEqual({});
  expect(keys('/xwell-known/jwks.json')).toBeUndefined();
  expect(keys('/t/acme/.well-known/jwks.json')).toBeUndefined();
});
