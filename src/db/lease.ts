import { AppError } from '../lib/errors.ts';
import type { Scope } from './bind-packet.ts';
import type { Answer, RowForm, Slot } from './slot.ts';
import type { SlowStatement } from './slow-statement.ts';

interface LeaseHooks {
  giveBack(): void;
  /** A statement is slow if it takes this long, in milliseconds. Without it, statements are not timed. */
  slowMs?: number;
  onSlow?(statement: SlowStatement): void;
}

/**
 * One session's hold on a slot. After `release`, `discard` or `settle` nothing more can be sent through it, so a late
 * statement never reaches the session that has the slot by then.
 */
export class Lease {
  readonly key: string;
  readonly began = performance.now();
  /** Called when the session gives back the slot. */
  onEnd: (() => void) | undefined;
  #slot: Slot;
  #hooks: LeaseHooks;
  #scope: Scope | undefined;
  #over = false;
  #fresh = false;
  #quarantined = false;

  constructor(slot: Slot, key: string, hooks: LeaseHooks) {
    this.#slot = slot;
    this.key = key;
    this.#hooks = hooks;
  }

  get alive(): boolean {
    return !this.#over && this.#slot.alive;
  }

  /** True after a cancel, until the slot is proven clean or replaced. */
  get quarantined(): boolean {
    return this.#quarantined;
  }

  /** Process id of the backend. */
  get pid(): number {
    return this.#slot.pid;
  }

  /** Statements sent and not answered yet. */
  get outstanding(): number {
    return this.#slot.outstanding;
  }

  /** Applies the parts of a scope that concern statements: their time limit, and whether they are parsed again. */
  applyScope(scope: Scope): void {
    const { limits, fresh = false } = scope;
    this.#scope = scope;
    this.#fresh = fresh;
    this.#slot.limitStatements(limits.statementMs);
  }

  run(text: string, parameters: readonly unknown[], form: RowForm): Promise<Answer> {
    if (this.#over) return late();
    const answer = this.#send(text, parameters, form);
    if (this.#hooks.slowMs !== undefined) this.#time(answer, text, parameters);
    return answer;
  }

  /** Statements that failed count too: a timeout is the slowest of all. */
  #time(answer: Promise<Answer>, text: string, parameters: readonly unknown[]): void {
    const from = performance.now();
    const end = (): void => {
      const ms = performance.now() - from;
      const { slowMs, onSlow } = this.#hooks;
      if (ms >= slowMs! && this.#scope) onSlow?.({ scope: this.#scope, text, parameters, ms });
    };
    answer.then(end, end);
  }

  #send(text: string, parameters: readonly unknown[], form: RowForm): Promise<Answer> {
    if (this.#fresh) return this.#slot.runOnce(text, parameters, form);
    return this.#slot.run(this.key, text, parameters, form);
  }

  control(text: string): Promise<Answer> {
    return this.#over ? late() : this.#slot.control(text);
  }

  /** Returns the slot to the pool. The transaction must have ended, with every statement answered. */
  release(): void {
    if (this.#over) return;
    this.#end();
    this.#hooks.giveBack();
  }

  /** Closes the connection, because its state is unknown. */
  discard(): void {
    if (this.#over) return;
    this.#end();
    this.#slot.destroy();
    this.#hooks.giveBack();
  }

  /** Cancels the running statement, then returns the slot; closes it if a cancel could still hit its next session. */
  async settle(): Promise<void> {
    if (this.#over) return;
    this.#end();
    this.#quarantined = true;
    await this.#slot.settle();
    this.#hooks.giveBack();
  }

  #end(): void {
    this.#over = true;
    this.onEnd?.();
  }
}

const late = (): Promise<never> =>
  Promise.reject(new AppError('INTERNAL', 'A statement was sent after its session had ended'));
