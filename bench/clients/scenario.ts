import type { EmbeddedServer } from '../../src/db/embedded.ts';
import { server as contender } from '../contenders/contenders.ts';
import { ContenderProcess } from '../contenders/process.ts';
import type { Dataset } from '../data/dataset.ts';
import type { LoadGenerator } from '../load/load-generator.ts';
import { median, type Timed } from '../measure/figures.ts';
import { databaseSeconds, processSeconds } from '../measure/processor.ts';
import { makeRequests } from '../measure/requests.ts';
import { mutation } from '../operations/mutation.ts';
import type { Operation } from '../operations/operation.ts';
import { point } from '../operations/point.ts';
import { origin, type Sender, senders } from './senders.ts';

export interface ClientsBench {
  postgres: EmbeddedServer;
  dataset: Dataset;
  generator: LoadGenerator;
  concurrency: number;
  rounds: number;
  /** Of each sender with each operation in each round. */
  seconds: number;
  progress: (line: string) => void;
  signal: AbortSignal;
}

export interface SenderResult {
  name: Sender['name'];
  title: string;
  /** Milliseconds of processor time for a request: of the server, and of server and database. */
  server: number;
  both: number;
  /** The same beside the bare request: medians over the rounds. */
  serverToBare: number;
  bothToBare: number;
}

export interface ClientsResult {
  operation: Pick<Operation, 'name' | 'title'>;
  senders: SenderResult[];
}

/** Small operations, whose answers are too short to be compressed: their headers cost the largest share. */
const operations = [point, mutation];
const requestsAtMost = 50_000;
const warmSeconds = 4;

/**
 * Measures the processor time of requests as different clients send them. They take turns, starting with another one in
 * each round.
 */
export async function runClients(bench: ClientsBench): Promise<ClientsResult[]> {
  const environment = (url: string, port: number) => ({ ...contender.environment(url, port), CORS_ORIGINS: origin });
  await using process = await ContenderProcess.start({ ...contender, environment }, bench.dataset.url);
  const results: ClientsResult[] = [];
  for (const operation of operations) {
    const slices = await measureAll(bench, process, operation);
    const { name, title } = operation;
    results.push({ operation: { name, title }, senders: senders.map((sender) => resultOf(sender, slices)) });
    bench.progress(`clients ${name}`);
  }
  return results;
}

type Slices = ReadonlyMap<Sender['name'], Timed[]>;

async function measureAll(bench: ClientsBench, { port, pid }: ContenderProcess, operation: Operation): Promise<Slices> {
  const { dataset, generator, concurrency, seconds, postgres, signal } = bench;
  const bare = makeRequests(operation, contender, dataset.tenants, 'uniform');
  const slices = new Map<Sender['name'], Timed[]>(senders.map(({ name }) => [name, []]));
  const jobOf = (sender: Sender) => {
    const requests = bare.map((request) => sender.of(request, operation));
    return { port, concurrency, requestsAtMost, requests };
  };
  for (const sender of senders) await generator.run({ ...jobOf(sender), seconds: warmSeconds });
  for (let round = 0; round < bench.rounds; round++) {
    for (let turn = 0; turn < senders.length; turn++) {
      signal.throwIfAborted();
      const sender = senders[(turn + round) % senders.length]!;
      const [atServer, atDatabase] = [processSeconds(pid), databaseSeconds(postgres.pid)];
      const load = await generator.run({ ...jobOf(sender), seconds });
      slices.get(sender.name)!.push({
        latencies: load.latencies,
        seconds: load.seconds,
        server: processSeconds(pid) - atServer,
        database: databaseSeconds(postgres.pid) - atDatabase,
      });
    }
  }
  return slices;
}

function resultOf({ name, title }: Sender, slices: Slices): SenderResult {
  const [own, bare] = [slices.get(name)!, slices.get('bare')!];
  const toBare = (of: (slice: Timed) => number) => median(own.map((slice, round) => of(slice) / of(bare[round]!)));
  return {
    name,
    title,
    server: median(own.map(ofServer)),
    both: median(own.map(ofBoth)),
    serverToBare: toBare(ofServer),
    bothToBare: toBare(ofBoth),
  };
}

const ofServer = ({ server, latencies }: Timed): number => (1_000 * server) / latencies.length;
const ofBoth = ({ server, database, latencies }: Timed): number => (1_000 * (server + database)) / latencies.length;
