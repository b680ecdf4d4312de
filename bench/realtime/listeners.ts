import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Audience } from './audience.ts';

/** What the process that listens is asked to do. */
export interface Order {
  port: number;
  audiences: Audience[];
  subscribers: number;
  rate: number;
  seconds: number;
  warm: number;
  follow: 'chat' | 'board';
  transport: 'websocket' | 'sse' | 'both';
}

/** What it has seen. Times are milliseconds. */
export interface Listening {
  sockets: number;
  failed: number;
  ms: number;
  changes: number;
  frames: number;
  expected: number;
  p50: number;
  p95: number;
  p99: number;
  /** Until a change was answered, half of the time. */
  answered: number;
}

/** How long it took until all sockets were open again after they were cut off, and how many attempts failed. */
export interface Reopened {
  sockets: number;
  ms: number;
  refused: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const now = (): number => performance.timeOrigin + performance.now();

const order = (await once(process, 'message'))[0] as Order;
const { port, audiences, subscribers, rate, seconds } = order;

function post(token: string, query: string, variables: object): Promise<{ data: Record<string, unknown> }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ data: Record<string, unknown> }>();
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const sent = request({ agent, port, path: '/graphql', method: 'POST', headers }, async (response) => {
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part as Buffer);
    const body = JSON.parse(String(Buffer.concat(parts)));
    if (body.errors) reject(new Error(JSON.stringify(body.errors)));
    else resolve(body);
  });
  sent.on('error', reject);
  sent.end(JSON.stringify({ query, variables }));
  return promise;
}

interface Place {
  audience: Audience;
  id: string;
}

async function openPlace(audience: Audience): Promise<Place> {
  if (order.follow === 'chat') {
    const { data } = await post(
      audience.owner,
      '{ channels(first: 1, where: { type: { eq: ORGANIZATION } }) { nodes { id } } }',
      {},
    );
    const found = (data.channels as { nodes: { id: string }[] }).nodes[0];
    if (found) return { audience, id: found.id };
    const made = await post(
      audience.owner,
      'mutation { createChannel(input: { type: ORGANIZATION, name: "everybody" }) { channel { id } } }',
      {},
    );
    return { audience, id: (made.data.createChannel as { channel: { id: string } }).channel.id };
  }
  const client = await post(
    audience.owner,
    'mutation { createClient(input: { name: "Bench" }) { client { id } } }',
    {},
  );
  const clientId = (client.data.createClient as { client: { id: string } }).client.id;
  const project = await post(
    audience.owner,
    'mutation ($clientId: ID!) { createProject(input: { name: "Bench", clientId: $clientId }) { project { id } } }',
    { clientId },
  );
  return { audience, id: (project.data.createProject as { project: { id: string } }).project.id };
}

const subscription =
  order.follow === 'chat'
    ? `subscription ($id: ID!) { messageAdded(channelId: $id) { added { id content sender { firstName } } cursor } }`
    : `subscription ($id: ID!) { taskChanged(projectId: $id) { changed { id name status } removed cursor } }`;
const change =
  order.follow === 'chat'
    ? 'mutation ($id: ID!, $text: String!) { sendMessage(input: { channelId: $id, content: $text }) { message { id } } }'
    : 'mutation ($id: ID!, $text: String!) { createTask(input: { projectId: $id, name: $text }) { task { id } } }';

const delays: number[] = [];
let frames = 0;
const stamp = /at (\d+\.\d+)!/g;

function got(text: string): void {
  const at = now();
  for (const [, sent] of text.matchAll(stamp)) {
    frames++;
    delays.push(at - Number(sent));
  }
}

const open = new Set<() => void>();

function openSocket(token: string, id: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws', { perMessageDeflate: false });
  const cut = () => socket.terminate();
  socket.on('open', () =>
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } })),
  );
  socket.on('message', (data) => {
    const text = String(data);
    if (text.includes('"connection_ack"')) {
      const payload = { query: subscription, variables: { id } };
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
    } else if (text.includes('"next"')) {
      if (text.includes('"errors"')) reject(new Error(text));
      got(text);
      open.add(cut);
      resolve();
    } else if (text.includes('"error"')) reject(new Error(text));
  });
  socket.on('close', (code, why) => reject(new Error(`${code} ${why}`)));
  socket.on('error', reject);
  return promise;
}

const streams = new Agent({ keepAlive: false });

function openStream(token: string, id: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const headers = {
    'content-type': 'application/json',
    accept: 'text/event-stream',
    authorization: `Bearer ${token}`,
  };
  const cut = () => sent.destroy();
  const sent = request({ agent: streams, port, path: '/graphql', method: 'POST', headers }, (response) => {
    if (response.statusCode !== 200) return reject(new Error(String(response.statusCode)));
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      got(text);
      if (!text.includes('event: next')) return;
      open.add(cut);
      resolve();
    });
    response.on('end', () => reject(new Error('ended')));
  });
  sent.on('error', reject);
  sent.end(JSON.stringify({ query: subscription, variables: { id } }));
  return promise;
}

const places = await Promise.all(audiences.map(openPlace));
let failed = 0;
const why = new Set<string>();
let from = now();
const openings: (() => Promise<void>)[] = places.flatMap(({ audience, id }, t) =>
  Array.from({ length: subscribers }, (_, n) => async () => {
    const token = audience.members[n % audience.members.length]!;
    const isSocket = order.transport === 'websocket' || (order.transport === 'both' && (n + t) % 2 === 0);
    await (isSocket ? openSocket(token, id) : openStream(token, id));
  }),
);
const total = openings.length;
const waiting = openings.map(
  (opening) => () =>
    opening().catch((error: Error) => {
      failed++;
      why.add(error.message.slice(0, 200));
    }),
);
const opener = async (): Promise<void> => {
  for (let next = waiting.pop(); next; next = waiting.pop()) await next();
};
await Promise.all(Array.from({ length: 200 }, opener));
if (failed > 0) console.log([...why].slice(0, 5));
const none = { changes: 0, frames: 0, expected: 0, p50: 0, p95: 0, p99: 0, answered: 0 };
process.send!({ sockets: total - failed, failed, ms: now() - from, ...none } satisfies Listening);
await once(process, 'message');
const running: Promise<unknown>[] = [];
const answers: number[] = [];
async function send(changes: number): Promise<void> {
  from = now();
  for (let n = 0; n < changes; n++) {
    const due = from + (n * 1000) / rate;
    if (due > now()) await delay(due - now());
    const { audience, id } = places[n % places.length]!;
    const sent = now();
    const answer = post(audience.owner, change, { id, text: `at ${sent.toFixed(2)}!` });
    running.push(answer.then(() => answers.push(now() - sent)).catch((error) => console.log(error)));
  }
  await Promise.all(running);
}
await send(Math.round(rate * order.warm));
if (order.warm > 0) await delay(1_000);
delays.length = 0;
answers.length = 0;
frames = 0;
process.send!('warm');
const changes = Math.round(rate * seconds);
await send(changes);
const expected = changes * subscribers;
let seen = -1;
while (frames < expected && seen !== frames) {
  seen = frames;
  await delay(3_000);
}
const ascending = (times: number[]): number[] => times.toSorted((a, b) => a - b);
const sorted = ascending(delays);
const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
const lasted = changes === 0 ? 1 : Math.max(seconds * 1000, at(1));
process.send!({
  ...{ sockets: total - failed, failed, ms: lasted, changes, frames, expected },
  ...{ p50: at(0.5), p95: at(0.95), p99: at(0.99), answered: ascending(answers)[answers.length >> 1] ?? 0 },
} satisfies Listening);

await once(process, 'message');
from = now();
let refused = 0;
for (const cut of [...open]) cut();
open.clear();
/** Tries until it is open, with longer pauses after each refusal, as clients do. */
async function reopen(opening: () => Promise<void>): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await opening();
    } catch {
      refused++;
      await delay(Math.min(1_000 * 2 ** attempt, 16_000) * (0.5 + Math.random()));
    }
  }
}
await Promise.all(openings.map(reopen));
process.send!({ sockets: open.size, ms: now() - from, refused } satisfies Reopened);
