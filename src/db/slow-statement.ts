import type { Scope } from './bind-packet.ts';

/** A statement that took long, whatever came of it. */
export interface SlowStatement {
  scope: Scope;
  text: string;
  parameters: readonly unknown[];
  ms: number;
}

/** Receives each statement that took at least `slowMs`, with the pool over which it can be explained. */
export interface SlowObserver<Pool> {
  readonly slowMs: number;
  note(statement: SlowStatement, pool: Pool): void;
}
