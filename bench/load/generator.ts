import { Agent, request as send } from 'node:http';
import type { Request } from '../contenders/contender.ts';
import type { Job, Load } from './job.ts';

// A process of its own, so that sending costs the measured server nothing but the processor that both share. It does
// one job for each message and ends with its parent.

process.on('message', (job: Job) => void run(job).then((load) => process.send!(load)));

/** However the JSON is spaced. */
const dataFirst = /^\{"data" ?: ?\{/;
async function run({ port, requests, concurrency, seconds, requestsAtMost }: Job): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const latencies: number[] = [];
  let [sent, failures] = [0, 0];
  let failure: string | undefined;
  const began = performance.now();
  const until = began + seconds * 1_000;
  const worker = async () => {
    while (performance.now() < until && sent < requestsAtMost) {
      const at = performance.now();
      const problem = await exchange(agent, port, requests[sent++ % requests.length]!);
      if (problem === undefined) latencies.push(performance.now() - at);
      else {
        failures++;
        failure ??= problem;
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const took = (performance.now() - began) / 1_000;
  // Left open, they would be closed by the server some time before the next job, perhaps while that begins.
  agent.destroy();
  return { latencies: Float64Array.from(latencies), seconds: took, failures, failure };
}

/** What is wrong with the answer; undefined when nothing is. */
function exchange(agent: Agent, port: number, { path, headers, body }: Request): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const options = { agent, port, host: '127.0.0.1', method: 'POST', path };
  const length = { 'content-length': Buffer.byteLength(body) };
  const request = send({ ...options, headers: { ...headers, ...length } }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', (error) => resolve(error.message));
    response.on('end', () => resolve(problemOf(response.statusCode, Buffer.concat(chunks))));
  });
  request.on('error', (error) => resolve(error.message));
  request.end(body);
  return promise;
}

/** Errors stand before or behind the data; that the data is right was checked before anything is timed. */
function problemOf(status: number | undefined, answer: Buffer): string | undefined {
  const ends = answer.toString('utf8', 0, 100) + answer.toString('utf8', Math.max(100, answer.length - 300));
  if (status === 200 && dataFirst.test(ends) && !ends.includes('"errors"')) return undefined;
  return `${status}: ${ends}`;
}
