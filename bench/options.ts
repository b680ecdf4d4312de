import { parseArgs } from 'node:util';
import type { ContenderName } from './contenders/contender.ts';
import type { Operation } from './operations/operation.ts';
import { operations } from './operations/operations.ts';

export const scenarioNames = [
  'operations',
  'concurrency',
  'tenants',
  'cold',
  'memory',
  'bystander',
  'clients',
] as const;
export type ScenarioName = (typeof scenarioNames)[number];
/** Scenarios that measure this server only, by processes of their own. */
const ofServerAlone: ReadonlySet<ScenarioName> = new Set(['memory', 'bystander', 'clients']);
const contenderNames: readonly ContenderName[] = ['S', 'B', 'L', 'P'];

export interface Options {
  quick: boolean;
  publish: boolean;
  scenarios: ScenarioName[];
  contenders: ContenderName[];
  /** The commit whose build is the contender B. */
  before?: string;
  operations: Operation[];
  rounds: number;
  seconds: number;
  concurrency: number;
  /** How many tenants the scenario of many tenants has. */
  many: number;
  /** How many documents the scenario of memory sends to each of how many tenants. */
  memory: { tenants: number; documents: number };
}

export const usage = `npm run bench [-- <options>]

  --quick              small data and short rounds: shows that everything works, measures little
  --scenario <names>   ${scenarioNames.join(', ')} (with commas between), or all; default: operations
  --contenders <names> S (this server), L (hand-written SQL), P (PostGraphile 5); default: S,L,P; memory, bystander and clients have S alone
  --before <commit>    measures the build of this commit too, as B over a copy of the data; then default: S,B
  --operations <names> ${operations.map(({ name }) => name).join(', ')}; default: all
  --rounds <n>         how often each contender has its turn
  --seconds <n>        how long each turn takes
  --concurrency <n>    requests at once; default: 16
  --tenants <n>        how many the scenario of many tenants has; default: 1000
  --publish            write the results into docs/performance.md, and beside it the files to be committed`;

const flags = {
  quick: { type: 'boolean', default: false },
  publish: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
  scenario: { type: 'string', default: 'operations' },
  contenders: { type: 'string' },
  before: { type: 'string' },
  operations: { type: 'string', default: operations.map(({ name }) => name).join() },
  rounds: { type: 'string' },
  seconds: { type: 'string' },
  concurrency: { type: 'string', default: '16' },
  tenants: { type: 'string' },
} as const;

/** Reads the command line; undefined when it asks for help. Throws for what it does not understand. */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({ args: [...args], options: flags });
  const { quick, publish, before } = values;
  if (values.help) return undefined;
  const names = operations.map(({ name }) => name);
  const asked = chosen('operations', values.operations, names);
  const scenarios = values.scenario === 'all' ? [...scenarioNames] : chosen('scenario', values.scenario, scenarioNames);
  return {
    quick,
    publish,
    scenarios,
    // Nobody else has what these scenarios look at
    contenders: scenarios.every((name) => ofServerAlone.has(name)) ? ['S'] : contendersOf(values.contenders, before),
    ...(before !== undefined && { before }),
    operations: operations.filter(({ name }) => asked.includes(name)),
    rounds: whole('rounds', values.rounds ?? (quick ? '2' : '5')),
    seconds: whole('seconds', values.seconds ?? (quick ? '1' : '4')),
    concurrency: whole('concurrency', values.concurrency),
    many: whole('tenants', values.tenants ?? (quick ? '40' : '1000')),
    memory: quick ? { tenants: 10, documents: 100 } : { tenants: 100, documents: 1_000 },
  };
}

function contendersOf(asked: string | undefined, before: string | undefined): ContenderName[] {
  if (asked === undefined) return before === undefined ? ['S', 'L', 'P'] : ['S', 'B'];
  const names = chosen('contenders', asked, contenderNames);
  if (names.includes('B') && before === undefined) throw new Error('--contenders: B needs --before <commit>');
  return names;
}

function chosen<T extends string>(option: string, text: string, known: readonly T[]): T[] {
  const names = text.split(',');
  const unknown = names.filter((name) => !known.includes(name as T));
  if (unknown.length > 0) throw new Error(`--${option}: ${unknown.join()} is none of ${known.join()}`);
  return known.filter((name) => names.includes(name));
}

function whole(option: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new Error(`--${option} takes a whole number from 1`);
  return Number(text);
}
