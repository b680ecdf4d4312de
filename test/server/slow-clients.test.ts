import { EventEmitter, once } from 'node:events';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../src/lib/logger.ts';
import { addressReader } from '../../src/server/client-address.ts';
import { defaultHttpLimits, HttpServer } from '../../src/server/http.ts';
import type { HttpLimits } from '../../src/server/http-limits.ts';
import { jsonAnswer } from '../../src/server/routes/answers.ts';
import { anybody, type BodyRule } from '../../src/server/routes/route.ts';
import { Router } from '../../src/server/routes/router.ts';
import { defineRoute } from '../../src/server/routes/serve-route.ts';
import { answerOf, exchange, open, requestText } from '../support/raw-http.ts';

const type = 'application/octet-stream';

/** Reads a body and says how long it is; answers to GET with as much as is asked for. */
const route = (path: string, body: BodyRule) =>
  defineRoute({
    name: 'test',
    path,
    methods: ['GET', 'POST'],
    body,
    content: 'data',
    authenticate: anybody,
    handle: async (request) => {
      request.signal.addEventListener('abort', () => gone.emit('gone'));
      const bytes = Number(request.query.get('bytes'));
      if (bytes > 0) return { status: 200, headers: {}, body: Readable.from(piecesOf(bytes)) };
      let read = 0;
      for await (const chunk of request.chunks()) read += chunk.length;
      return jsonAnswer({ read });
    },
  });

/** Tells when the connection of a request has ended before its answer. */
const gone = new EventEmitter();
const piece = Buffer.alloc(64 * 1024);
function* piecesOf(bytes: number): Generator<Buffer> {
  for (let sent = 0; sent < bytes; sent += piece.length) yield piece;
}

async function serving(limits: Partial<HttpLimits>, use: (port: number) => Promise<void>): Promise<void> {
  const router = new Router({
    routes: [
      route('/whole', { maxBytes: 1_000, types: [type] }),
      route('/stream', { maxBytes: 100_000_000, types: [type], pace: 'stream' }),
    ],
    isOurs: () => true,
    addressOf: addressReader(undefined),
    corsHeaders: () => ({}),
    secure: false,
    logger: silentLogger,
  });
  const all = { ...defaultHttpLimits, ...limits };
  await using server = await HttpServer.listen({ router, host: '127.0.0.1', port: 0, graceMs: 500, limits: all });
  await use(server.port);
}

const codeOf = ({ status, body }: { status: number; body: string }) => [
  status,
  JSON.parse(body).errors[0].extensions.code,
];
const upload = { 'content-type': type, 'content-length': '1000' };

/** Writes a piece each time the timer fires, until the connection ends. */
function trickle(socket: Socket, text: string, everyMs: number): void {
  const timer = setInterval(() => socket.write(text), everyMs);
  socket.once('close', () => clearInterval(timer));
  socket.once('end', () => clearInterval(timer));
}

describe('a slow client', () => {
  it('must send its headers in time', () =>
    serving({ headersMs: 200 }, async (port) => {
      const answer = await answerOf(await open(port, 'GET /whole HTTP/1.1\r\nhost: localhost\r\n'));
      expect(codeOf(answer)).toEqual([408, 'REQUEST_TIMEOUT']);
    }));

  it('must send its body in time, even byte by byte', () =>
    serving({ bodyMs: 300 }, async (port) => {
      const socket = await open(port, requestText('POST /whole', upload));
      trickle(socket, 'x', 20);
      expect(codeOf(await answerOf(socket))).toEqual([408, 'REQUEST_TIMEOUT']);
    }));

  it('may stream a body for as long as it keeps to the minimum rate', () =>
    serving({ bodyMs: 200, bytesPerSecond: 100 }, async (port) => {
      const fast = await open(port, requestText('POST /stream', upload));
      trickle(fast, 'x'.repeat(50), 40);
      expect((await answerOf(fast)).body).toBe('{"read":1000}');
      const slow = await open(port, requestText('POST /stream', upload));
      trickle(slow, 'x', 100);
      expect(codeOf(await answerOf(slow))).toEqual([408, 'REQUEST_TIMEOUT']);
    }));

  it('must read its answer at the minimum rate', () =>
    serving({ bodyMs: 200, bytesPerSecond: 1_000_000_000 }, async (port) => {
      const socket = await open(port, requestText('GET /stream?bytes=50000000'));
      socket.on('error', () => {});
      await once(gone, 'gone');
      socket.resume();
      await once(socket, 'close');
      expect(socket.bytesRead).toBeLessThan(50_000_000);
    }));
});

describe('connections', () => {
  it('of one address are limited, and a closed one makes room', () =>
    serving({ connectionsPerAddress: 2 }, async (port) => {
      const held = [await open(port, ''), await open(port, '')];
      const refused = await open(port, '');
      refused.on('error', () => {});
      await once(refused, 'close');
      held[0]!.end();
      await once(held[0]!, 'close');
      const answered = async () => (await exchange(port, requestText('GET /whole')).catch(() => undefined))?.status;
      await expect.poll(answered).toBe(200);
      held[1]!.destroy();
    }));

  it('of all addresses are limited', () =>
    serving({ connections: 1 }, async (port) => {
      const held = await open(port, '');
      const refused = await open(port, '');
      refused.on('error', () => {});
      await once(refused, 'close');
      held.destroy();
    }));
});
