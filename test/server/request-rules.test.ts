import { describe, expect, it } from 'vitest';
import { world } from '../support/world.ts';

const here = await world({ env: { CORS_ORIGINS: 'https://app.example,https://two.example', MAX_BODY_BYTES: '2048' } });
const address = 'http://localhost/graphql';
const document = JSON.stringify({ query: '{ __typename }' });
const json = { 'content-type': 'application/json' };

const send = (init: RequestInit, url = address): Promise<Response> => Promise.resolve(here.yoga.fetch(url, init));
const codeOf = async (response: Response) => ((await response.json()) as Answer).errors?.[0]?.extensions?.code;

interface Answer {
  errors?: { extensions?: { code?: string } }[];
}

describe('what a browser could be made to send', () => {
  it.each([
    ['urlencoded', 'application/x-www-form-urlencoded', 'query={__typename}'],
    ['multipart', 'multipart/form-data; boundary=x', '--x--'],
    ['text', 'text/plain', document],
    ['a bare document', 'application/graphql', '{ __typename }'],
  ])('%s is rejected', async (_name, type, body) => {
    const response = await send({ method: 'POST', headers: { 'content-type': type }, body });
    expect(response.status).toBe(415);
    expect(await codeOf(response)).toBe('UNSUPPORTED_MEDIA_TYPE');
  });

  it('a mutation by GET is rejected', async () => {
    const query = encodeURIComponent('mutation { createProfile(input: { firstName: "x" }) { lastEventId } }');
    const response = await send({ headers: { accept: 'application/json' } }, `${address}?query=${query}`);
    expect([response.status, await codeOf(response)]).toEqual([405, 'METHOD_NOT_ALLOWED']);
  });

  it('a query by GET is answered', async () => {
    const response = await send(
      { headers: { accept: 'application/json' } },
      `${address}?query=${encodeURIComponent('{ __typename }')}`,
    );
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
  });

  it('the session cookie counts only together with the header of our own pages', async () => {
    const cookie = 'chantier_refresh=abc';
    const bare = await send({ method: 'POST', headers: { ...json, cookie }, body: document });
    expect([bare.status, await codeOf(bare)]).toEqual([403, 'CSRF_REQUIRED']);
    const proven = await send({ method: 'POST', headers: { ...json, cookie, 'x-chantier-csrf': '1' }, body: document });
    expect(proven.status).toBe(200);
  });

  it.each(['PUT', 'DELETE', 'PATCH'])('%s is refused', async (method) => {
    const response = await send({ method, headers: json, body: document });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST']);
  });

  it('a body over the limit is rejected', async () => {
    const response = await send({
      method: 'POST',
      headers: json,
      body: JSON.stringify({ query: `{ __typename } #${'x'.repeat(3000)}` }),
    });
    expect([response.status, await codeOf(response)]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });

  it('a foreign host name that resolves to this server is rejected', async () => {
    const headers = { ...json, host: 'evil.example' };
    const response = await send({ method: 'POST', headers, body: document });
    expect([response.status, await codeOf(response)]).toEqual([403, 'FORBIDDEN']);
  });

  it('a list of operations is rejected', async () => {
    const response = await send({ method: 'POST', headers: json, body: `[${document},${document}]` });
    expect(response.status).toBe(400);
  });
});

describe('origins', () => {
  it('a listed origin may send credentials', async () => {
    const response = await send({
      method: 'POST',
      headers: { ...json, origin: 'https://app.example' },
      body: document,
    });
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(response.headers.get('access-control-allow-credentials')).toBe('true');
  });

  it.each(['https://evil.example', 'https://app.example.evil.example', 'null'])(
    '%s may not read the answer',
    async (origin) => {
      const response = await send({ method: 'POST', headers: { ...json, origin }, body: document });
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
    },
  );

  it('a preflight names our headers', async () => {
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' };
    const response = await send({ method: 'OPTIONS', headers });
    expect(response.headers.get('access-control-allow-headers')).toContain('x-chantier-csrf');
  });
});
