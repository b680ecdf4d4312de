import type { EmbeddedServer } from '../../src/db/embedded.ts';
import type { ContenderName } from '../contenders/contender.ts';
import type { ContenderProcess } from '../contenders/process.ts';
import type { Dataset } from '../data/dataset.ts';
import type { LoadGenerator } from '../load/load-generator.ts';
import type { Operation } from '../operations/operation.ts';
import {
  figuresOf,
  type OperationResult,
  ratiosOf,
  type Scenario,
  type ScenarioResult,
  type Slice,
} from './figures.ts';
import { memoryOf, mostMemory } from './memory.ts';
import { databaseSeconds, processSeconds } from './processor.ts';
import { makeRequests } from './requests.ts';
import { countStatements } from './statements.ts';

export interface Bench {
  server: EmbeddedServer;
  dataset: Dataset;
  contenders: readonly ContenderProcess[];
  operations: readonly Operation[];
  generator: LoadGenerator;
  rounds: number;
  /** Of each contender on each operation in each round. */
  seconds: number;
  progress: (line: string) => void;
  /** Ends the run after the turn that is being measured. */
  signal: AbortSignal;
}

const requestsAtMost = 50_000;
const warmShare = 0.3;
/** Of the first round: a fresh process compiles what it runs often, and every tenant's statements are planned. */
const firstWarm = { seconds: 3, requestsOfTenant: 20, secondsAtMost: 90 };

/**
 * Measures all contenders on all operations. They take turns: in each round, each operation is asked of one after the
 * other, starting with another one each time, so that whatever else the machine does falls upon all alike.
 */
export async function runScenario(bench: Bench, scenario: Scenario): Promise<ScenarioResult> {
  const { contenders, operations, rounds, progress } = bench;
  const slices = new Map<string, Slice[]>();
  for (let round = 0; round < rounds; round++) {
    for (const operation of operations) {
      for (let turn = 0; turn < contenders.length; turn++) {
        const process = contenders[(turn + round) % contenders.length]!;
        const key = keyOf(operation, process.contender.name);
        slices.set(key, [...(slices.get(key) ?? []), await measure(bench, scenario, operation, process, round)]);
      }
    }
    progress(`round ${round + 1} of ${rounds}`);
  }
  const results: OperationResult[] = [];
  for (const operation of operations) results.push(await resultOf(bench, scenario, operation, slices));
  const memory: ScenarioResult['memory'] = {};
  for (const { name } of contenders.map(({ contender }) => contender)) {
    memory[name] = mostMemory(
      operations.flatMap((operation) => slices.get(keyOf(operation, name)) ?? []).map((slice) => slice.memory),
    );
  }
  return { ...scenario, operations: results, memory };
}

const keyOf = ({ name }: Operation, contender: ContenderName): string => `${name} ${contender}`;

async function measure(
  { server, dataset, generator, seconds, signal }: Bench,
  { tenants, distribution, concurrency }: Scenario,
  operation: Operation,
  { contender, port, pid }: ContenderProcess,
  round: number,
): Promise<Slice> {
  signal.throwIfAborted();
  const { tenants: all, url } = contender.dataset ?? dataset;
  const requests = makeRequests(operation, contender, all.slice(0, tenants), distribution);
  const job = { port, requests, concurrency, requestsAtMost };
  await generator.run({ ...job, seconds: round === 0 ? firstWarm.seconds : seconds * warmShare });
  if (round === 0 && distribution === 'uniform') {
    // So that each tenant was served before, and by each connection that it gets
    const requestsAtMost = tenants * firstWarm.requestsOfTenant;
    await generator.run({ ...job, requestsAtMost, seconds: firstWarm.secondsAtMost });
  }
  const [atServer, atDatabase] = [processSeconds(pid), databaseSeconds(server.pid)];
  const load = await generator.run({ ...job, seconds });
  return {
    latencies: load.latencies,
    seconds: load.seconds,
    server: processSeconds(pid) - atServer,
    database: databaseSeconds(server.pid) - atDatabase,
    memory: await memoryOf(pid, url),
  };
}

async function resultOf(
  { server, dataset, contenders }: Bench,
  { tenants, distribution }: Scenario,
  operation: Operation,
  slices: ReadonlyMap<string, Slice[]>,
): Promise<OperationResult> {
  const of = (name: ContenderName) => slices.get(keyOf(operation, name)) ?? [];
  const { name, title } = operation;
  const [toPeer, toBefore] = [ratiosOf(of('S'), of('P')), ratiosOf(of('S'), of('B'))];
  const result: OperationResult = { name, title, figures: {}, toLimit: {}, toPeer, ...(toBefore && { toBefore }) };
  for (const { contender, port } of contenders) {
    const { name } = contender;
    const all = (contender.dataset ?? dataset).tenants;
    const [request] = makeRequests(operation, contender, all.slice(0, tenants), distribution);
    result.figures[name] = figuresOf(of(name), await countStatements(server, port, request!));
    const ratios = ratiosOf(of(name), of('L'));
    if (ratios) result.toLimit[name] = ratios;
  }
  return result;
}
