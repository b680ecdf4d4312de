import { afterAll, describe, expect, it } from 'vitest';
import { buildGraphServer } from '../../src/serve.ts';
import { ownWorld } from '../support/own-world.ts';

const page = { accept: 'text/html' };

describe('GraphiQL in production', async () => {
  const here = await ownWorld({ env: { NODE_ENV: 'production', PUBLIC_URL: 'https://chantier.example' } });
  afterAll(() => here[Symbol.asyncDispose]());
  const company = await here.company();

  const open = async (headers: Record<string, string>) => {
    const response = await here.yoga.fetch('http://localhost/graphql', { headers: { ...page, ...headers } });
    return response.headers.get('content-type')?.startsWith('text/html') ?? false;
  };
  const cookieOf = (refreshToken: string) => ({ cookie: `chantier_refresh=${refreshToken}` });

  it('opens for a browser signed in as somebody who may explore', async () => {
    const admin = await company.as('ADMIN');
    expect(await open(cookieOf(admin.session.refreshToken))).toBe(true);
    expect(await open(admin.headers)).toBe(true);
  });

  it('opens for nobody else', async () => {
    const member = await company.as('MEMBER');
    expect(await open({})).toBe(false);
    expect(await open(cookieOf('nonsense'))).toBe(false);
    expect(await open(cookieOf(member.session.refreshToken))).toBe(false);
    expect(await open(member.headers)).toBe(false);
  });

  it('uses up no refresh token, and trusts none that was used up', async () => {
    const owner = await company.as('OWNER');
    const refresh = `mutation ($token: String!) { refreshSession(input: { refreshToken: $token, delivery: BODY }) { tokens { refreshToken } } }`;
    await open(cookieOf(owner.session.refreshToken));
    const { errors } = await here.graphql(refresh, { token: owner.session.refreshToken });
    expect(errors).toEqual([]);
    expect(await open(cookieOf(owner.session.refreshToken))).toBe(false);
  });
});

describe('GraphiQL in development', async () => {
  const here = await ownWorld();
  afterAll(() => here[Symbol.asyncDispose]());
  const { yoga, loginCode } = buildGraphServer(here.app, {
    demoHeaders: async () => ({ authorization: 'Bearer demo' }),
  });
  const read = async (url: string) => (await yoga.fetch(url, { headers: page })).text();

  it('is signed in by the printed address, and by no other', async () => {
    expect(await read(`http://localhost/t/acme/graphql?login=${loginCode}`)).toContain('Bearer demo');
    expect(await read('http://localhost/graphql')).not.toContain('Bearer demo');
    expect(await read(`http://localhost/graphql?login=${loginCode}x`)).not.toContain('Bearer demo');
  });
});
