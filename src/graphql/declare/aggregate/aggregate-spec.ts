import type { Unit } from './periods.ts';

/** The path to a key, as clients send it. */
export type KeyInput = { [field: string]: boolean | Unit | KeyInput | null | undefined };

/** Options of an aggregate, for a resource that analysts group every day. */
export interface AggregateSpec {
  /** Short names of the usual keys, as the enum that `groupBy` takes; other keys are then in the argument `by`. */
  groupBy: Record<string, { description: string; key: KeyInput }>;
  /** Short fields of the result, each for a day that is grouped by a unit. */
  keys: Record<string, { description: string; day: string; unit: Unit }>;
  /** The field that `sum`, `avg`, `min` and `max` read unless the client names another. */
  number: string;
}
