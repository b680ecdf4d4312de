import type { Scope } from './bind-packet.ts';

/** A statement that took long, whether it succeeded or failed. */
export interface SlowStatement {
  scope: Scope;
  text: string;
  parameters: readonly unknown[];
  ms: number;
}

/** Receives each statement that took at least `slowMs`, with a pool that can explain it. */
export interface SlowObserver<Pool> {
  readonly slowMs: number;
  note(statement: SlowStatement, pool: Pool): void;
}
