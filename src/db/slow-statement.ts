import type { Scope } from './bind-packet.ts';

/** A statement that took long, whatever came of it. */
export interface SlowStatement {
  scope: Scope;
  text: string;
  parameters: readonly unknown[];
  ms: number;
}

/** Who is told of statements that took at least so many milliseconds, and by which pool they can be explained. */
export interface SlowObserver<Pool> {
  readonly slowMs: number;
  note(statement: SlowStatement, pool: Pool): void;
}
