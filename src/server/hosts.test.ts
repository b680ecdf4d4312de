import { expect, it } from 'vitest';
import { hostCheck } from './hosts.ts';

const local = { host: '127.0.0.1', publicUrl: 'http://chantier.test:4000', tenantDomain: 'tenants.test' };

it.each([
  'localhost',
  'localhost:4000',
  'acme.localhost:4000',
  '127.0.0.1:4000',
  '[::1]:4000',
  'chantier.test',
  'acme.tenants.test',
])('%s is a name of a server on its own machine', (header) => expect(hostCheck(local)(header)).toBe(true));

it.each(['evil.example', 'evil.example:4000', 'localhost.evil.example', 'notlocalhost', '', null])(
  '%s is the name of somebody else',
  (header) => expect(hostCheck(local)(header)).toBe(false),
);

it('a server for everybody has whatever name they give it', () => {
  expect(hostCheck({ ...local, host: '0.0.0.0' })('any.example')).toBe(true);
});
