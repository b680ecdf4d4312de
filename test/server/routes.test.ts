import { once } from 'node:events';
import { afterAll, describe, expect, it } from 'vitest';
import { buildGraphServer } from '../../src/serve.ts';
import { HttpServer } from '../../src/server/http.ts';
import { jsonAnswer } from '../../src/server/routes/answers.ts';
import { anybody } from '../../src/server/routes/route.ts';
import { defineRoute } from '../../src/server/routes/serve-route.ts';
import { answerOf, exchange, open, requestText } from '../support/raw-http.ts';
import { world } from '../support/world.ts';

const here = await world({ env: { PUBLIC_URL: 'https://localhost' } });
const token = (await (await here.company()).as('OWNER')).session.accessToken;
let read = 0;
const form = {
  methods: ['GET', 'POST'],
  body: { maxBytes: 20, types: ['application/x-www-form-urlencoded'] },
} as const;
const routes = [
  defineRoute({
    name: 'test',
    path: '/page',
    ...form,
    content: 'page',
    authenticate: anybody,
    handle: async (request) => {
      for await (const chunk of request.chunks()) read += chunk.length;
      return jsonAnswer({ read });
    },
  }),
  defineRoute({
    name: 'test',
    path: '/text',
    ...form,
    content: 'data',
    authenticate: anybody,
    handle: async (request) => jsonAnswer({ name: (await request.form()).get('name') }),
  }),
];
const { router } = buildGraphServer(here.app, { routes });
const server = await HttpServer.listen({ router, host: '127.0.0.1', port: 0, graceMs: 500 });
afterAll(() => server.close());

const send = (line: string, headers = {}, body = '') => exchange(server.port, requestText(line, headers, body));
const outcome = ({ status, body }: { status: number; body: string }) => {
  const code = /<code>([A-Z_]+)<\/code>/.exec(body)?.[1];
  if (code !== undefined) return [status, code];
  const { errors, error } = JSON.parse(body || '{}');
  return [status, errors?.[0].extensions.code ?? error?.code];
};

describe('every route', () => {
  it.each(
    router.routes.flatMap((route) =>
      route.methods.map((method) => [method, route.path.replaceAll(/:\w+/g, 'x'), route] as const),
    ),
  )('%s %s says what it reads, and answers with security headers', async (method, path, { body, content }) => {
    // A stream is never in memory as a whole
    const most = body !== 'none' && body.pace === 'stream' ? 64 * 1024 * 1024 : here.app.config.maxBodyBytes;
    if (body !== 'none') expect(body.maxBytes).toBeLessThanOrEqual(most);
    const { headers } = await send(`${method} ${path}`, { 'content-length': '0' });
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'.*frame-ancestors 'none'/);
    expect(headers.get('strict-transport-security')).toMatch(/max-age=\d{6,}/);
    expect(headers.has('cross-origin-opener-policy')).toBe(content === 'page');
    expect(headers.get('cache-control')).toMatch(/no-store|max-age/);
  });

  it('rejects a body whose announced length is too large, without reading it', async () => {
    for (const { path, methods, body } of router.routes) {
      if (body === 'none') continue;
      const headers = { 'content-type': body.types[0], authorization: `Bearer ${token}` };
      const tooLong = { ...headers, 'content-length': String(body.maxBytes + 1) };
      expect(outcome(await send(`${methods.at(-1)} ${path}`, tooLong)), path).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    }
  });

  it('rejects a body with an unsupported media type, charset or encoding', async () => {
    for (const route of router.routes.filter(({ body }) => body !== 'none')) {
      const [type] = route.body === 'none' ? [] : route.body.types;
      const line = `${route.methods.at(-1)} ${route.path}`;
      const refused: Record<string, string>[] = [
        {},
        { 'content-type': 'text/plain' },
        { 'content-type': `${type}; charset=iso-8859-1` },
        { 'content-type': `${type}; charset=utf-16` },
        { 'content-type': type!, 'content-encoding': 'gzip' },
      ];
      for (const headers of refused) {
        const answer = await send(line, { ...headers, 'content-length': '2' }, '{}');
        expect(outcome(answer), `${line} ${JSON.stringify(headers)}`).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
      }
    }
  });
});

it('the explorer has a policy that lets it work and nobody frame it', async () => {
  const { status, headers } = await send('GET /explorer', { accept: 'text/html' });
  expect([status, headers.get('x-frame-options'), headers.get('cache-control')]).toEqual([200, 'DENY', 'no-store']);
  const policy = headers.get('content-security-policy')!;
  expect(policy).toMatch(/^default-src 'none'; script-src .*; connect-src 'self';.*frame-ancestors 'none'$/);
});

describe('paths', () => {
  it.each([
    ['GET /nothing', 404, 'NOT_FOUND'],
    ['GET /health', 404, 'NOT_FOUND'],
    ['GET //health/live', 404, 'NOT_FOUND'],
    ['GET /x/../health/live', 404, 'NOT_FOUND'],
    ['DELETE /health/live', 405, 'METHOD_NOT_ALLOWED'],
    ['GET http://localhost/health/live', 400, 'BAD_INPUT'],
  ])('%s is %s %s', async (line, status, code) => {
    expect(outcome(await send(line))).toEqual([status, code]);
  });

  it.each(['a/health/live?', 'a#', 'a@b', 'a b', '', '[', 'localhost:99999', 'a\\b'])(
    'the Host "%s" makes no other path of them',
    async (host) => {
      expect(outcome(await send('GET /nothing', { host }))).toEqual([400, 'BAD_INPUT']);
    },
  );

  it('a client of HTTP/1.0 needs no Host', async () => {
    expect((await exchange(server.port, 'GET /health/live HTTP/1.0\r\n\r\n')).body).toBe('{"status":"live"}');
  });

  it('liveness and readiness differ', async () => {
    expect((await send('GET /health/live')).body).toBe('{"status":"live"}');
    expect((await send('GET /health/ready')).body).toBe('{"status":"ready"}');
    expect(await send('HEAD /health/ready')).toMatchObject({ status: 200, body: '' });
  });

  it('invalid HTTP is answered with a code and security headers too', async () => {
    const answer = await exchange(server.port, 'nonsense\r\n\r\n');
    expect(outcome(answer)).toEqual([400, 'BAD_INPUT']);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    const long = await send('GET /health/live', { padding: 'x'.repeat(20_000) });
    expect(outcome(long)).toEqual([431, 'HEADERS_TOO_LARGE']);
  });
});

describe('a body', () => {
  const formType = { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://localhost' };

  it('is not read from a caller who may not send it', async () => {
    const line = 'PUT /api/organizations/00000000-0000-7000-8000-000000000000/database';
    const headers = { 'content-type': 'application/json', 'content-length': '1000' };
    expect(outcome(await send(line, headers))).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('sent in chunks is read up to the limit', async () => {
    const chunk = `5\r\n${'x'.repeat(5)}\r\n`;
    const chunked = { ...formType, 'transfer-encoding': 'chunked' };
    read = 0;
    expect((await send('POST /page', chunked, `${chunk.repeat(4)}0\r\n\r\n`)).body).toBe('{"read":20}');
    read = 0;
    const endless = await open(server.port, requestText('POST /page', chunked, chunk.repeat(6)));
    expect(outcome(await answerOf(endless))).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    expect(read).toBeLessThanOrEqual(20);
  });

  it('is announced to a client that asks first, unless it would be refused', async () => {
    const expecting = { ...formType, expect: '100-continue', 'content-length': '8' };
    const asked = await open(server.port, requestText('POST /text', expecting));
    const [go] = (await once(asked, 'data')) as [Buffer];
    expect(go.toString()).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    asked.write('name=Zoe');
    expect((await answerOf(asked)).body).toBe('{"name":"Zoe"}');
    expect((await send('POST /text', { ...expecting, 'content-length': '21' })).status).toBe(413);
  });

  it('must be valid UTF-8', async () => {
    const socket = await open(server.port, requestText('POST /text', { ...formType, 'content-length': '6' }));
    socket.write(Buffer.from([...Buffer.from('name='), 0xff]));
    expect(outcome(await answerOf(socket))).toEqual([400, 'BAD_INPUT']);
  });
});

describe('a form on a page', () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': '0' };
  it.each([
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ 'sec-fetch-site': 'cross-site', origin: 'https://localhost' }],
    [{}],
  ])('from %j is rejected', async (from) => {
    expect(outcome(await send('POST /page', { ...headers, ...from }))).toEqual([403, 'FORBIDDEN']);
  });

  it.each([[{ origin: 'https://localhost' }], [{ 'sec-fetch-site': 'same-origin' }]])(
    'from %j is taken',
    async (from) => {
      expect((await send('POST /page', { ...headers, ...from })).status).toBe(200);
    },
  );
});
