import { Admin } from '../../src/db/admin.ts';
import { quoteIdentifier } from '../../src/db/identifier.ts';
import { server } from '../contenders/contenders.ts';
import { ContenderProcess } from '../contenders/process.ts';
import type { BenchTenant, Dataset } from '../data/dataset.ts';
import type { Job, Load } from '../load/job.ts';
import { LoadGenerator } from '../load/load-generator.ts';
import { quantile } from '../measure/figures.ts';
import { makeRequests } from '../measure/requests.ts';
import { board } from '../operations/board.ts';
import { type WorstInput, worstInputs } from './worst-inputs.ts';

/** Who works on while a member sends worst inputs: one of another organization, and one of the same. */
export const bystanders = ['neighbour', 'colleague'] as const;
export type Bystander = (typeof bystanders)[number];

/** Milliseconds. */
export interface QuietAndLoud {
  quiet: number;
  loud: number;
}

export interface BystanderResult {
  input: Pick<WorstInput, 'name' | 'title'>;
  /** The 99th percentile of each bystander's answers, over all rounds. */
  p99: Record<Bystander, QuietAndLoud>;
  /** What the sender got: answers in a second, the median of their milliseconds, and refusals by what they say. */
  sender: { perSecond: number; p50: number; refusals: [refusal: string, count: number][] };
}

export interface BystanderBench {
  dataset: Dataset;
  rounds: number;
  /** Of each turn: one quiet, one loud. */
  seconds: number;
  progress: (line: string) => void;
  signal: AbortSignal;
}

/** How many worst inputs are under way at any time. */
export const atOnce = 4;
const warmSeconds = 5;
const many = 1_000_000;

type Latencies = Record<Bystander, Float64Array[]>;
const nothing = (): Latencies => ({ neighbour: [], colleague: [] });

/**
 * Measures the everyday screen (`board`) of two bystanders, one request at a time each, with and without one member who
 * sends worst inputs. Quiet and loud turns alternate, so that whatever else the machine does falls upon both.
 */
export async function runBystander(bench: BystanderBench): Promise<BystanderResult[]> {
  const { dataset, signal, progress } = bench;
  const [attacked, other] = dataset.tenants as [BenchTenant, BenchTenant];
  await using stack = new AsyncDisposableStack();
  const { port } = stack.use(await ContenderProcess.start(server, dataset.url));
  const generators = { neighbour: new LoadGenerator(), colleague: new LoadGenerator(), sender: new LoadGenerator() };
  for (const generator of Object.values(generators)) stack.use(generator);
  const boards = (tenant: BenchTenant) => makeRequests(board, server, [tenant], 'uniform');
  const requests = { neighbour: boards(other), colleague: boards(attacked) };
  const watch = async (seconds: number, into?: Latencies): Promise<void> => {
    const job = { port, concurrency: 1, seconds, requestsAtMost: many };
    await Promise.all(
      bystanders.map(async (who) => {
        const load = await generators[who].run({ ...job, requests: requests[who] });
        into?.[who].push(load.latencies);
      }),
    );
  };
  const send = (input: WorstInput, seconds: number): Promise<Load> => {
    const job: Job = { port, concurrency: atOnce, seconds, requestsAtMost: many, takesRefusals: true, requests: [] };
    return generators.sender.run({ ...job, requests: input.requests(attacked) });
  };
  await watch(warmSeconds);
  const results: BystanderResult[] = [];
  for (const input of worstInputs) {
    const [quiet, loud] = [nothing(), nothing()];
    const sent: Load[] = [];
    for (let round = 0; round < bench.rounds; round++) {
      signal.throwIfAborted();
      await watch(bench.seconds, quiet);
      const [load] = await Promise.all([send(input, bench.seconds), watch(bench.seconds, loud)]);
      sent.push(load);
    }
    if (input.undo) await undo(dataset, attacked, input.undo);
    results.push(resultOf(input, quiet, loud, sent));
    progress(`worst input ${input.name}`);
  }
  return results;
}

function resultOf({ name, title }: WorstInput, quiet: Latencies, loud: Latencies, sent: Load[]): BystanderResult {
  const p99 = (who: Bystander) => ({ quiet: quantileOf(quiet[who], 0.99), loud: quantileOf(loud[who], 0.99) });
  const refusals = new Map<string, number>();
  for (const [what, count] of sent.flatMap((load) => [...load.refusals])) {
    refusals.set(what, (refusals.get(what) ?? 0) + count);
  }
  const answers = sent.map(({ latencies }) => latencies);
  const seconds = sent.reduce((sum, load) => sum + load.seconds, 0);
  const perSecond = answers.reduce((sum, { length }) => sum + length, 0) / seconds;
  return {
    input: { name, title },
    p99: { neighbour: p99('neighbour'), colleague: p99('colleague') },
    sender: { perSecond, p50: quantileOf(answers, 0.5), refusals: [...refusals] },
  };
}

const quantileOf = (turns: Float64Array[], q: number): number =>
  quantile(Float64Array.from(turns.flatMap((latencies) => [...latencies])).sort(), q);

/** Takes back what the input has written, so that the next one meets the same data. */
async function undo({ url }: Dataset, { tenant }: BenchTenant, statement: string): Promise<void> {
  await using admin = new Admin({ url });
  await admin.transaction(async (tx) => {
    await tx.run(`set local search_path to ${quoteIdentifier(tenant.schemaName)}, public`);
    await tx.run(statement);
  });
}
