import type { BystanderResult } from '../bystander/scenario.ts';
import type { ClientsResult } from '../clients/scenario.ts';
import type { ColdStart } from '../measure/cold-start.ts';
import type { ScenarioResult } from '../measure/figures.ts';
import type { MemoryResult } from '../memory/scenario.ts';
import type { ScenarioName } from '../options.ts';

/** The machine of a measurement, as far as figures depend on it. */
export interface Machine {
  processors: number;
  model: string;
  /** Gigabytes. */
  memory: number;
  node: string;
  postgres: string;
  /** How many processes wanted a processor when the run began: above 1 or so it was not alone. */
  load: number;
}

/** Everything that a run has found: what `bench/results/*.json` holds. */
export interface Result {
  measuredAt: string;
  quick: boolean;
  machine: Machine;
  /** Of each tenant. */
  size: Record<string, number>;
  rounds: number;
  seconds: number;
  scenarios: { name: ScenarioName; results: ScenarioResult[] }[];
  cold: ColdStart[];
  memory?: MemoryResult;
  bystander?: BystanderResult[];
  clients?: ClientsResult[];
}
