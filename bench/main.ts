import type { EmbeddedServer } from '../src/db/embedded.ts';
import { Checkout } from './before/checkout.ts';
import { openBoth } from './before/datasets.ts';
import { runBystander } from './bystander/scenario.ts';
import { runClients } from './clients/scenario.ts';
import type { Contender } from './contenders/contender.ts';
import { before, limit, peer, server } from './contenders/contenders.ts';
import { grantPeer } from './contenders/peer-access.ts';
import { ContenderProcess } from './contenders/process.ts';
import { startServer } from './data/database.ts';
import { type Dataset, type DatasetOptions, openDataset } from './data/dataset.ts';
import { bystander, type DatasetSpec, full, many, quick } from './data/sizes.ts';
import { ensurePeer } from './ensure-peer.ts';
import { LoadGenerator } from './load/load-generator.ts';
import { coldStart } from './measure/cold-start.ts';
import type { Scenario, ScenarioResult } from './measure/figures.ts';
import { runScenario } from './measure/run-scenario.ts';
import { verify } from './measure/verify.ts';
import { runMemory } from './memory/scenario.ts';
import { type Options, readOptions, type ScenarioName, usage } from './options.ts';
import { renderBystander } from './report/bystander-table.ts';
import { renderClients } from './report/clients-table.ts';
import { describeMachine } from './report/machine.ts';
import { renderMemory } from './report/memory-table.ts';
import type { Result } from './report/result.ts';
import { renderTables } from './report/tables.ts';
import { writeResult } from './report/write.ts';

const progress = (line: string): void => void process.stderr.write(`${line}\n`);

/**
 * With very many tenants the peer, which reads the catalog of the whole database first, does not start within a minute.
 */
const mostTenantsOfPeer = 100;

/**
 * What a connection may take where there are more: by default it is replaced before it knows all that they ask of it.
 */
const slotOfCrowd = { POOL_SLOT_MB: '320' };

const interrupt = new AbortController();
const { signal } = interrupt;
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interrupt.abort(new Error('interrupted')));

const options = readOptions(process.argv.slice(2));
if (options) await bench(options);
else console.log(usage);

async function bench(options: Options): Promise<void> {
  if (options.contenders.includes('P') && !ensurePeer()) {
    progress('PostGraphile could not be installed: going on without it');
    options.contenders = options.contenders.filter((name) => name !== 'P');
  }
  await using postgres = await startServer();
  using generator = new LoadGenerator();
  using checkout = options.before === undefined ? undefined : Checkout.of(options.before);
  const common = options.quick ? quick : full;
  const result: Result = {
    measuredAt: new Date().toISOString(),
    quick: options.quick,
    machine: await describeMachine(postgres.url),
    size: { ...common.size },
    rounds: options.rounds,
    seconds: options.seconds,
    scenarios: [],
    cold: [],
  };
  for (const [spec, names] of byDataset(options, common)) {
    await using opened = await openData(postgres, spec, checkout, { progress, signal });
    const { dataset } = opened;
    const contenders = await contendersOf(options, opened);
    for (const name of names) {
      progress(`scenario ${name}`);
      if (name === 'memory') {
        const { concurrency, memory } = options;
        const bench = { dataset, generator, concurrency, documents: memory.documents, progress, signal };
        result.memory = await runMemory(bench);
        continue;
      }
      if (name === 'bystander') {
        const { rounds, seconds } = options;
        result.bystander = await runBystander({ dataset, rounds, seconds, progress, signal });
        continue;
      }
      if (name === 'clients') {
        const { concurrency, rounds, seconds } = options;
        result.clients = await runClients({
          ...{ postgres, dataset, generator, concurrency, rounds, seconds },
          ...{ progress, signal },
        });
        continue;
      }
      if (name === 'cold') {
        for (const contender of contenders) result.cold.push(await coldStart(contender, dataset, options.operations));
        continue;
      }
      await using running = await startAll(contenders, dataset.url);
      await verify(dataset, running.all, options.operations);
      progress('all answers are equal');
      const bench = { ...options, server: postgres, dataset, contenders: running.all, generator, progress, signal };
      const results: ScenarioResult[] = [];
      for (const scenario of scenariosOf(name, spec, options)) results.push(await runScenario(bench, scenario));
      result.scenarios.push({ name, results });
    }
  }
  const { memory, bystander: others, clients } = result;
  const parts = [
    renderTables(result),
    memory && renderMemory(memory),
    others && renderBystander(others),
    clients && renderClients(clients),
  ];
  console.log(parts.filter(Boolean).join('\n\n').trim());
  for (const file of await writeResult(result, options.publish)) progress(`wrote ${file}`);
}

interface Data extends AsyncDisposable {
  dataset: Dataset;
  /** The earlier build, where one is measured. */
  earlier?: Contender;
}

async function openData(
  postgres: EmbeddedServer,
  spec: DatasetSpec,
  checkout: Checkout | undefined,
  options: DatasetOptions,
): Promise<Data> {
  if (!checkout) {
    const dataset = await openDataset(postgres, spec, options);
    return { dataset, [Symbol.asyncDispose]: () => dataset[Symbol.asyncDispose]() };
  }
  const both = await openBoth(postgres, spec, checkout, options);
  const earlier = before(checkout, both.before);
  return { dataset: both.now, earlier, [Symbol.asyncDispose]: () => both[Symbol.asyncDispose]() };
}

/** Scenarios by the data that they need. */
function byDataset(
  { scenarios, many: count, memory, quick: isQuick }: Options,
  common: DatasetSpec,
): Map<DatasetSpec, ScenarioName[]> {
  const crowd = { ...many, tenants: count };
  const some = { ...many, tenants: memory.tenants };
  const specs: Partial<Record<ScenarioName, DatasetSpec>> = {
    tenants: crowd,
    memory: some,
    bystander: isQuick ? { ...bystander, name: 'bystander_quick', size: quick.size } : bystander,
  };
  return Map.groupBy(scenarios, (name) => specs[name] ?? common);
}

function scenariosOf(name: ScenarioName, { tenants }: DatasetSpec, { concurrency }: Options): Scenario[] {
  const usual: Scenario = { tenants, distribution: 'uniform', concurrency };
  if (name === 'concurrency') return [1, 16, 64].map((atOnce) => ({ ...usual, concurrency: atOnce }));
  if (name !== 'tenants') return [usual];
  return [
    { ...usual, tenants: 1 },
    { ...usual, tenants: Math.min(20, tenants) },
    usual,
    { ...usual, distribution: 'zipf' },
  ];
}

async function contendersOf({ contenders }: Options, { dataset, earlier }: Data): Promise<Contender[]> {
  const isCrowd = dataset.spec.tenants > mostTenantsOfPeer;
  const withPeer = contenders.includes('P') && !isCrowd;
  const all = [server, ...(earlier ? [earlier] : []), limit, ...(withPeer ? [peer(await grantPeer(dataset))] : [])];
  const chosen = all.filter(({ name }) => contenders.includes(name));
  return isCrowd ? chosen.map((contender) => withSettings(contender, slotOfCrowd)) : chosen;
}

function withSettings(contender: Contender, settings: Record<string, string>): Contender {
  return { ...contender, environment: (...of) => ({ ...contender.environment(...of), ...settings }) };
}

async function startAll(contenders: readonly Contender[], url: string) {
  await using started = new AsyncDisposableStack();
  const all: ContenderProcess[] = [];
  for (const contender of contenders) all.push(started.use(await ContenderProcess.start(contender, url)));
  const kept = started.move();
  return { all, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
