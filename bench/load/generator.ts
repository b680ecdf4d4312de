import type { Request } from '../contenders/contender.ts';
import { type Answer, Connection } from './connection.ts';
import type { Job, Load } from './job.ts';

// A process of its own, so that sending costs the measured server nothing but the processor that both share. It does
// one job for each message and ends with its parent.

process.on('message', (job: Job) => void run(job).then((load) => process.send!(load)));

/** However the JSON is spaced, and behind the size of a first chunk. */
const dataFirst = /^(?:[0-9a-f]+\r\n)?\{"data" ?: ?\{/i;

async function run(job: Job): Promise<Load> {
  const { port, concurrency, seconds, requestsAtMost } = job;
  const messages = job.requests.map((request) => messageOf(port, request));
  const latencies: number[] = [];
  const refusals = new Map<string, number>();
  let [sent, failures] = [0, 0];
  let failure: string | undefined;
  const began = performance.now();
  const until = began + seconds * 1_000;
  const worker = async () => {
    let connection = new Connection(port);
    try {
      while (performance.now() < until && sent < requestsAtMost) {
        const at = performance.now();
        const exchange = connection.exchange(messages[sent++ % messages.length]!);
        const answer = await (job.takesRefusals ? exchange.catch(() => undefined) : exchange);
        const problem = answer ? problemOf(answer) : 'the connection was closed';
        if (answer && (job.takesRefusals || problem === undefined)) latencies.push(performance.now() - at);
        if (problem === undefined) continue;
        if (job.takesRefusals) {
          const what = answer ? refusalOf(answer) : problem;
          refusals.set(what, (refusals.get(what) ?? 0) + 1);
          connection[Symbol.dispose]();
          connection = new Connection(port);
          continue;
        }
        failures++;
        failure ??= problem;
      }
    } finally {
      connection[Symbol.dispose]();
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: concurrency }, worker));
  const took = (performance.now() - began) / 1_000;
  for (const ended of workers) {
    if (ended.status === 'fulfilled') continue;
    failures++;
    failure ??= String(ended.reason);
  }
  return { latencies: Float64Array.from(latencies), seconds: took, failures, failure, refusals };
}

function messageOf(port: number, { method = 'POST', path, headers, body }: Request): Buffer {
  const lines = Object.entries({
    host: `127.0.0.1:${port}`,
    connection: 'keep-alive',
    ...headers,
    ...(method === 'POST' && { 'content-length': Buffer.byteLength(body) }),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}

/** What is wrong with the answer: errors stand before or behind the data; that it is right was checked before. */
function problemOf({ status, body }: Answer): string | undefined {
  const ends = body.toString('utf8', 0, 100) + body.toString('utf8', Math.max(100, body.length - 300));
  if (status === 200 && dataFirst.test(ends) && !ends.includes('"errors"')) return undefined;
  return `${status}: ${ends}`;
}

/** A refusal by its status and the code of its first error. */
function refusalOf({ status, body }: Answer): string {
  const code = /"code" ?: ?"(\w+)"/.exec(body.toString('utf8', 0, 10_000));
  return [status, code?.[1]].join(' ').trim();
}
