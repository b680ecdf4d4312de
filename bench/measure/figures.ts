import type { ContenderName } from '../contenders/contender.ts';
import type { OperationName } from '../operations/operation.ts';
import type { Memory } from './memory.ts';
import type { Distribution } from './requests.ts';
import type { Statements } from './statements.ts';

/** What was measured of one contender on one operation in one round. */
export interface Slice extends Timed {
  /** Right after the load. */
  memory: Memory;
}

/** The times of a slice. */
export interface Timed {
  latencies: Float64Array;
  seconds: number;
  /** Seconds of processor time. */
  server: number;
  database: number;
}

export interface Figures {
  requests: number;
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  /** Milliseconds of processor time for a request. */
  serverCpu: number;
  databaseCpu: number;
  statements: Statements;
}

export type ByContender<T> = Partial<Record<ContenderName, T>>;

/** The figures of a contender beside those of another, measured in the same rounds. */
export interface Ratios {
  perSecond: number;
  cpu: number;
}

export interface OperationResult {
  name: OperationName;
  title: string;
  figures: ByContender<Figures>;
  /** To the hand-written SQL, and this server's to the peer. */
  toLimit: ByContender<Ratios>;
  toPeer: Ratios | undefined;
  /** To an earlier build of this server, where one was measured. */
  toBefore?: Ratios;
}

export interface Scenario {
  tenants: number;
  distribution: Distribution;
  concurrency: number;
}

export interface ScenarioResult extends Scenario {
  operations: OperationResult[];
  /** The most that was seen after any load. */
  memory: ByContender<Memory>;
}

export function figuresOf(slices: readonly Slice[], statements: Statements): Figures {
  const latencies = Float64Array.from(slices.flatMap((slice) => [...slice.latencies])).sort();
  const requests = latencies.length;
  const perRequest = (of: (slice: Slice) => number) => (1_000 * sum(slices.map(of))) / requests;
  return {
    requests,
    perSecond: median(slices.map(perSecondOf)),
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    serverCpu: perRequest(({ server }) => server),
    databaseCpu: perRequest(({ database }) => database),
    statements,
  };
}

/** Medians over the rounds: what disturbs one round disturbs both contenders of it, or is outvoted. */
export function ratiosOf(slices: readonly Slice[], others: readonly Slice[]): Ratios | undefined {
  if (slices.length === 0 || others.length === 0) return undefined;
  const ratio = (of: (slice: Slice) => number) => median(slices.map((slice, round) => of(slice) / of(others[round]!)));
  return {
    perSecond: ratio(perSecondOf),
    cpu: ratio(({ server, database, latencies }) => (server + database) / latencies.length),
  };
}

const perSecondOf = ({ latencies, seconds }: Slice): number => latencies.length / seconds;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
/** Of values in ascending order; NaN when there are none. */
export const quantile = (sorted: Float64Array, q: number): number =>
  sorted[Math.floor((sorted.length - 1) * q)] ?? Number.NaN;

export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? Number.NaN) + (sorted[Math.floor(half)] ?? Number.NaN)) / 2;
}
