import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { afterAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { buildGraphServer } from '../../src/serve.ts';
import { HttpServer } from '../../src/server/http.ts';
import type { SubscriptionLimits } from '../../src/server/subscriptions/limits.ts';
import { SubscriptionMeter } from '../../src/server/subscriptions/subscription-meter.ts';
import { closeCodes } from '../../src/server/subscriptions/web-sockets.ts';
import { openGroup, send } from '../messaging/support.ts';
import { type Member, world } from '../support/world.ts';

const here = await world();
const opened: HttpServer[] = [];
afterAll(() => Promise.all(opened.map((each) => each.close())));

async function serverWith(subscriptionLimits: Partial<SubscriptionLimits>) {
  const meter = new SubscriptionMeter();
  // A client that does not read does not answer pings either
  const limits = { keepAliveMs: 600_000, ...subscriptionLimits };
  const { router } = buildGraphServer(here.app, { subscriptionLimits: limits, subscriptionMeter: meter });
  const http = await HttpServer.listen({ router, host: '127.0.0.1', port: 0, graceMs: 500 });
  opened.push(http);
  const ended = (transport: string, reason: string) =>
    meter.ends.find(([by, why]) => by === transport && why === reason)?.[2] ?? 0;
  return { port: http.port, meter, ended };
}

/** A document whose frames are long: 300 kB for each message. */
const long = (channelId: string) => ({
  query: `subscription ($channelId: ID!) { messageAdded(channelId: $channelId) { cursor added {
    ${Array.from({ length: 30 }, (_, n) => `c${n}: content`).join(' ')} } } }`,
  variables: { channelId },
});
const content = 'x'.repeat(10_000);

/** A client that reads its first frame, and then nothing. */
async function deafSocket(port: number, { headers }: Member, operation: object): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: headers }));
  await once(socket, 'message');
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: operation }));
  await once(socket, 'message');
  socket.pause();
  return socket;
}

async function deafStream(port: number, { headers }: Member, operation: object) {
  const sent: ClientRequest = request({
    ...{ port, host: '127.0.0.1', path: '/graphql', method: 'POST' },
    headers: { ...headers, 'content-type': 'application/json', accept: 'text/event-stream' },
  });
  sent.end(JSON.stringify(operation));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const parts: string[] = [];
  response.setEncoding('utf8');
  response.on('data', (part) => parts.push(part));
  await expect.poll(() => parts.join('')).toContain('"cursor"');
  response.pause();
  return { response, end: () => parts.join('').slice(-1_000) };
}

async function inChannel() {
  const owner = await (await here.company()).as('OWNER');
  const channelId = await openGroup(owner);
  /** Sends messages until something has happened. */
  const talkUntil = async (happened: () => boolean) => {
    for (let n = 0; !happened(); n++) {
      expect(n).toBeLessThan(200);
      await send(owner, channelId, content);
    }
  };
  return { owner, channelId, talkUntil };
}

describe('a client that does not read', () => {
  it.each([
    ['when too many bytes wait for it', { bufferedBytes: 500_000 }],
    ['when a frame waits for too long', { frameMs: 200 }],
  ])('is cut off with 4413 over WebSocket, %s', async (_when, limits) => {
    const { port, meter, ended } = await serverWith({ ...limits, lingerMs: 60_000 });
    const { owner, channelId, talkUntil } = await inChannel();
    const socket = await deafSocket(port, owner, long(channelId));
    // A frame is sent when the last one has left, so that only other subscriptions of the socket make more bytes wait
    for (const id of ['2', '3', '4']) socket.send(JSON.stringify({ id, type: 'subscribe', payload: long(channelId) }));
    await talkUntil(() => ended('websocket', 'slow') > 0);
    const closed = once(socket, 'close');
    socket.resume();
    const [code, reason] = await closed;
    expect([code, String(reason)]).toEqual([closeCodes.slow, 'SLOW_CONSUMER']);
    await expect
      .poll(() => meter.open)
      .toEqual([
        ['sse', 0],
        ['websocket', 0],
      ]);
  });

  it('gets a last frame with SLOW_CONSUMER over server-sent events', async () => {
    const { port, meter, ended } = await serverWith({ frameMs: 200, lingerMs: 60_000 });
    const { owner, channelId, talkUntil } = await inChannel();
    const { response, end } = await deafStream(port, owner, long(channelId));
    await talkUntil(() => ended('sse', 'slow') > 0);
    response.resume();
    await once(response, 'end');
    expect(end()).toMatch(/"SLOW_CONSUMER"[^\n]*\n\nevent: complete\ndata:\n\n$/);
    expect(meter.open).toContainEqual(['sse', 0]);
  });
});

describe('admission', () => {
  it('refuses those who cannot even wait, with a time to come back', async () => {
    const { port } = await serverWith({ handshakes: 0, waitingHandshakes: 0 });
    const owner = await (await here.company()).as('OWNER');
    const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
    socket.on('error', () => {});
    const [, refusal] = await once(socket, 'unexpected-response');
    expect(refusal.statusCode).toBe(503);
    expect(Number(refusal.headers['retry-after'])).toBeGreaterThan(0);
    const answer = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { ...owner.headers, 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: 'subscription { changes { cursor } }' }),
    });
    const { errors } = JSON.parse(/data: (.*)/.exec(await answer.text())![1]!);
    expect(errors[0].extensions).toMatchObject({ code: 'UNAVAILABLE', retryAfter: expect.any(Number) });
  });

  it('lets everybody in, a few at a time, when all come at once', async () => {
    const { port, meter } = await serverWith({ handshakes: 2 });
    const company = await here.company();
    const members = await Promise.all(Array.from({ length: 4 }, () => company.member('MEMBER')));
    const operation = { query: 'subscription { changes { cursor } }' };
    const sockets = await Promise.all(
      members.flatMap((member) => Array.from({ length: 10 }, () => deafSocket(port, member, operation))),
    );
    expect(meter.open).toContainEqual(['websocket', 40]);
    expect(new Map(meter.frames).get('websocket')).toBeGreaterThanOrEqual(40);
    for (const socket of sockets) socket.terminate();
    await expect.poll(() => meter.open).toContainEqual(['websocket', 0]);
    expect(meter.ends).toEqual([['websocket', 'client', 40]]);
  });
});
