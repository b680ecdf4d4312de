import { jsonRequest, type Request } from '../contenders/contender.ts';
import { server } from '../contenders/contenders.ts';
import { ContenderProcess } from '../contenders/process.ts';
import type { BenchTenant, Dataset } from '../data/dataset.ts';
import type { LoadGenerator } from '../load/load-generator.ts';
import { type Memory, memoryOf } from '../measure/memory.ts';
import { randomFrom } from '../measure/random.ts';
import { boundOf, type Counts, MetricsReader } from './counts.ts';
import { type BenchDocument, documents } from './documents.ts';

/** What the server and its connections hold after so many requests. */
export interface MemorySample extends Memory, Counts {
  requests: number;
}

export interface MemoryResult {
  tenants: number;
  documents: number;
  concurrency: number;
  /** How long all requests took. */
  seconds: number;
  /** Megabytes that one connection may take by the server's settings, and how many connections there are at most. */
  bound: { slot: number; slots: number };
  samples: MemorySample[];
}

export interface MemoryBench {
  dataset: Dataset;
  generator: LoadGenerator;
  documents: number;
  concurrency: number;
  progress: (line: string) => void;
  signal: AbortSignal;
}

const samples = 20;
const batchSecondsAtMost = 600;

/**
 * Sends every document to every tenant, once each and in no order, and looks at the memory in between. No statement is
 * ever asked for again before all others were: the worst that many clients and tenants can do to what is kept of them.
 */
export async function runMemory(bench: MemoryBench): Promise<MemoryResult> {
  const { dataset, generator, concurrency, progress, signal } = bench;
  const reader = new MetricsReader();
  await using process = await ContenderProcess.start(reader.readable(server), dataset.url);
  const look = async (requests: number): Promise<MemorySample> => ({
    requests,
    ...(await memoryOf(process.pid, dataset.url)),
    ...(await reader.read(process.port)),
  });
  const { tenants } = dataset;
  const pairs = shuffled(tenants, documents(bench.documents));
  const taken = [await look(0)];
  const began = performance.now();
  const size = Math.ceil(pairs.length / samples);
  for (let from = 0; from < pairs.length; from += size) {
    signal.throwIfAborted();
    const requests = pairs.slice(from, from + size).map(requestOf);
    const job = { port: process.port, requests, concurrency, requestsAtMost: requests.length };
    await generator.run({ ...job, seconds: batchSecondsAtMost });
    taken.push(await look(from + requests.length));
    progress(`${from + requests.length} of ${pairs.length} requests`);
  }
  const seconds = (performance.now() - began) / 1_000;
  const bound = boundOf(dataset.url);
  return { tenants: tenants.length, documents: bench.documents, concurrency, seconds, bound, samples: taken };
}

type Pair = readonly [tenant: BenchTenant, document: BenchDocument];

/** All pairs, in the same random order in every run (Fisher and Yates). */
function shuffled(tenants: readonly BenchTenant[], all: readonly BenchDocument[]): Pair[] {
  const random = randomFrom('memory');
  const pairs = all.flatMap((document) => tenants.map((tenant): Pair => [tenant, document]));
  for (let last = pairs.length - 1; last > 0; last--) {
    const other = random(last + 1);
    [pairs[last], pairs[other]] = [pairs[other]!, pairs[last]!];
  }
  return pairs;
}

const random = randomFrom('memory variables');
const requestOf = ([tenant, { text, variables }]: Pair): Request =>
  jsonRequest('/graphql', tenant, { query: text, variables: variables(tenant.sample, random) });
