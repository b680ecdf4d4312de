import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signInDelays } from '../../src/identity/sign-in-delay.ts';
import { served } from '../support/served.ts';
import { world } from '../support/world.ts';

const server = await world({ env: { TRUST_PROXY: 'x-forwarded-for' } });
const { origin } = await served(server);
const signIn = 'mutation ($input: SignInInput!) { signIn(input: $input) { tokens { accessToken } } }';

/** Fails to sign in, as a proxy passes it on from an address. */
async function fail(email: string, address: string, userAgent: string): Promise<string> {
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address, 'user-agent': userAgent },
    body: JSON.stringify({ query: signIn, variables: { input: { email, password: 'the wrong password' } } }),
  });
  const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
  return errors[0]!.extensions.code;
}

describe('behind a proxy, the limits of one address are not escaped by another spelling of it', () => {
  it.each([
    ['203.0.113.7', ['203.0.113.7:5512', '203.0.113.7', '[::ffff:203.0.113.7]:80', '1.2.3.4, 203.0.113.7:5513']],
    ['2001:db8::1', ['[2001:db8::1]:4444', '2001:db8::1', '[2001:DB8:0::1]:4445', '[2001:db8::1]']],
    ['unknown', ['unknown', '_hidden', '203.0.113.700', 'unknown:1']],
  ])('%s', async (address, spellings) => {
    const [email, userAgent] = [`${randomUUID()}@example.test`, randomUUID()];
    const codes: string[] = [];
    for (const spelling of spellings) codes.push(await fail(email, spelling, userAgent));
    const free = signInDelays.free + 1;
    expect(codes).toEqual([...Array(free).fill('INVALID_CREDENTIALS'), 'RATE_LIMITED']);
    expect(await fail(email, '198.51.100.9:5512', userAgent)).toBe('INVALID_CREDENTIALS');
    const rows = await server.app.catalog.read((db) => db.query.auditLogs.findMany({ where: { userAgent } }));
    const recorded = rows.map(({ ipAddress, metadata }) => ipAddress ?? (metadata as { ipAddress?: string }).ipAddress);
    expect(new Set(recorded)).toEqual(new Set([address, '198.51.100.9']));
  });
});
