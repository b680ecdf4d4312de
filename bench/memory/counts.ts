import { randomBytes } from 'node:crypto';
import { loadConfig } from '../../src/config.ts';
import type { Contender } from '../contenders/contender.ts';
import { environment } from '../data/environment.ts';

/** What the server tells of itself: sums over its pools, and its plans. */
export interface Counts {
  /** Of V8, garbage that is not collected yet included; megabytes. */
  heap: number;
  /** Statements kept now, and closed since the start. */
  prepared: number;
  closed: number;
  /** Connections replaced since the start. */
  recycled: number;
  /** What the server takes its connections to hold; megabytes. */
  estimated: number;
  /** Plans kept now, made and forgotten since the start, and operations that none answered. */
  plans: number;
  compiled: number;
  /** What the plans are taken to hold; megabytes. */
  plansTake: number;
  forgotten: number;
  declined: number;
}

const names = {
  heap: 'nodejs_heap_size_used_bytes',
  prepared: 'chantier_slots_prepared',
  closed: 'chantier_slots_closed_total',
  recycled: 'chantier_slots_recycled_total',
  estimated: 'chantier_slots_memory_bytes',
  plans: 'chantier_plans_kept',
  compiled: 'chantier_plans_compiled_total',
  plansTake: 'chantier_plans_kept_bytes',
  forgotten: 'chantier_plans_forgotten_total',
  declined: 'chantier_plans_declined_total',
} as const satisfies Record<keyof Counts, string>;

const megabyte = 1024 * 1024;

/** Reads a server's metrics, by a token of its own. */
export class MetricsReader {
  readonly #token = randomBytes(16).toString('hex');

  /** The same contender, with metrics to be read. */
  readable(contender: Contender): Contender {
    return {
      ...contender,
      environment: (url, port) => ({ ...contender.environment(url, port), METRICS_TOKEN: this.#token }),
    };
  }

  async read(port: number): Promise<Counts> {
    const headers = { authorization: `Bearer ${this.#token}` };
    const response = await fetch(`http://127.0.0.1:${port}/metrics`, { headers });
    const text = await response.text();
    if (!response.ok) throw new Error(`the metrics answered ${response.status}: ${text.slice(0, 200)}`);
    return countsIn(text);
  }
}

/** The figures in the text of metrics; each is the sum over all its labels. */
export function countsIn(text: string): Counts {
  const sums = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, name, value] = /^(\w+)(?:\{[^}]*\})? (\S+)$/.exec(line) ?? [];
    if (name) sums.set(name, (sums.get(name) ?? 0) + Number(value));
  }
  const of = (field: keyof Counts): number => {
    const sum = sums.get(names[field]);
    if (sum === undefined) throw new Error(`the metrics do not tell ${names[field]}`);
    return sum;
  };
  return {
    heap: of('heap') / megabyte,
    prepared: of('prepared'),
    closed: of('closed'),
    recycled: of('recycled'),
    estimated: of('estimated') / megabyte,
    plans: of('plans'),
    compiled: of('compiled'),
    plansTake: of('plansTake') / megabyte,
    forgotten: of('forgotten'),
    declined: of('declined'),
  };
}

/** What the settings of the measured server allow: megabytes for one connection, and how many there are. */
export function boundOf(databaseUrl: string): { slot: number; slots: number } {
  const { poolSlotMb, poolSize, catalogPoolSize } = loadConfig(environment(databaseUrl));
  return { slot: poolSlotMb, slots: poolSize + catalogPoolSize };
}
