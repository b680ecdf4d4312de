import { AppError } from '../lib/errors.ts';
import type { Scope } from './bind-packet.ts';
import type { Answer, RowForm, Slot } from './slot.ts';

/**
 * One session's hold on a slot. Once it is over, whether by `release`, `discard` or `settle`, nothing more can be sent
 * through it: a statement that comes late never meets the session that has the slot by then.
 */
export class Lease {
  readonly key: string;
  readonly began = performance.now();
  #slot: Slot;
  #giveBack: () => void;
  #over = false;
  #fresh = false;
  #quarantined = false;

  constructor(slot: Slot, key: string, giveBack: () => void) {
    this.#slot = slot;
    this.key = key;
    this.#giveBack = giveBack;
  }

  get alive(): boolean {
    return !this.#over && this.#slot.alive;
  }

  /** After a cancel, until the slot is proven clean or replaced. */
  get quarantined(): boolean {
    return this.#quarantined;
  }

  /** Process id of the server's side. */
  get pid(): number {
    return this.#slot.pid;
  }

  /** Statements sent and not answered. */
  get outstanding(): number {
    return this.#slot.outstanding;
  }

  /** Takes over what a session's scope says of statements: how long they may take, and whether they are parsed again. */
  applyScope({ limits, fresh = false }: Pick<Scope, 'limits' | 'fresh'>): void {
    this.#fresh = fresh;
    this.#slot.limitStatements(limits.statementMs);
  }

  run(text: string, parameters: readonly unknown[], form: RowForm): Promise<Answer> {
    if (this.#over) return late();
    if (this.#fresh) return this.#slot.runOnce(text, parameters, form);
    return this.#slot.run(this.key, text, parameters, form);
  }

  control(text: string): Promise<Answer> {
    return this.#over ? late() : this.#slot.control(text);
  }

  /** Gives the slot to the next session. The transaction has ended and every statement was answered. */
  release(): void {
    if (this.#over) return;
    this.#over = true;
    this.#giveBack();
  }

  /** Closes the connection: its state is in doubt. */
  discard(): void {
    if (this.#over) return;
    this.#over = true;
    this.#slot.destroy();
    this.#giveBack();
  }

  /** Cancels what runs, and gives the slot back when that cannot reach its next session, closed when it could. */
  async settle(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#quarantined = true;
    await this.#slot.settle();
    this.#giveBack();
  }
}

const late = (): Promise<never> => Promise.reject(new AppError('INTERNAL', 'A statement came after its session'));
